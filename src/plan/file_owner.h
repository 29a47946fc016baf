// Who could change a file, by owners and modes. age has no sender: whoever can write a vault, and
// knows its public recipient, can make another one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "profile/profile.h"

namespace nodeward {

// Why somebody besides root and nodeward's own user could change the file at `path`, or what its
// name leads to; empty when nobody could. Links are followed, and judged by the folders that they
// lie in. In a sticky folder an entry is its owner's.
std::string WhyOthersMayChange(const std::string& path);

// Whether vaults and identity can be taken while the application runs: nobody else could have
// changed one.
Result<void> BelieveVaults(const Profile& profile);

// The vaults' files and the identity's, where that is one.
std::vector<std::string> SecretFiles(const Profile& profile);

}  // namespace nodeward
