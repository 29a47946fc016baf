// capabilities: permitted, effective, inheritable, ambient; securebits. Names through libcap-ng, in
// the parent alone: it resets itself after fork and reads /proc with stdio.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "profile/profile.h"

namespace nodeward {

// The mask of [capabilities] keep. Refused: a name that does not exist, and the ones that give root
// back (setuid, setgid, setpcap, sys_admin, …), since they undo what the other measures do.
Result<std::uint64_t> KeepMask(const Profile& profile);

// Names of a mask, lower case: {"net_bind_service"}.
std::vector<std::string> CapabilityNames(std::uint64_t mask);

}  // namespace nodeward
