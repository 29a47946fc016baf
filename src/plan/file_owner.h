// Who could change a file, by owners and modes. age has no sender: whoever can write a vault, and
// knows its public recipient, can make another one.
#pragma once

#include <string>

namespace nodeward {

// Why somebody besides root and nodeward's own user could change the file at `path`, or what its
// name leads to; empty when nobody could. Links are followed, and judged by the folders that they
// lie in. In a sticky folder an entry is its owner's.
std::string WhyOthersMayChange(const std::string& path);

}  // namespace nodeward
