// The supervisor's own system call filter: what its work needs, and nothing that starts a program,
// mounts, loads or traces. For all threads of the supervisor; the keeper, forked before, has none.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/result.h"

namespace nodeward {

// Any other call fails with EPERM; clone3 with ENOSYS, for the C library then uses clone, whose
// flags are looked at: a thread, and no process. A foreign architecture ends the process.
std::vector<sock_filter> OwnFilter();

// In force for every thread from here on, and for those that are made later. seccomp(2), TSYNC.
Result<void> EnterOwnFilter();

}  // namespace nodeward
