// The version and the commit that was built.
#pragma once

#include <string>

namespace nodeward {

std::string Version();  // "nodeward 0.1.0 (a3b5b1f)"

}  // namespace nodeward
