// Ending a tree from its subreaper: kill every direct child, reap, and look again; what a dead
// parent leaves behind becomes a direct child. Allocates little; keeper and supervisor alone call
// it.
#pragma once

#include <sys/types.h>

namespace nodeward {

// SIGKILL to each direct child of the calling process but `except` (0: none is spared).
void KillEachChild(pid_t except);

// KillEachChild and reap until no child but `except` is left.
void KillChildren(pid_t except);

}  // namespace nodeward
