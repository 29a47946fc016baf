// The capabilities that the supervisor keeps: what its own work wants, of those that it has. The
// keeper, which starts the application, keeps all.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "host/report.h"
#include "profile/profile.h"

namespace nodeward {

// As a mask, of what the host grants.
std::uint64_t OwnCapabilities(const Profile& profile, const HostReport& host);

// Gives the others up, for good, in every set. The calling thread's alone: call it before any other
// thread is made.
Result<void> KeepOwnCapabilities(const Profile& profile, const HostReport& host);

}  // namespace nodeward
