// `nodeward profiles [show NAME]`.
#pragma once

#include <string>

namespace nodeward {

// Lists the built-in profiles, or prints the one named.
int ProfilesCommand(const std::string& shown);

}  // namespace nodeward
