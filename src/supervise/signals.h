// The signals of the supervisor's process: blocked in every thread, and read from a descriptor.
#pragma once

#include <sys/types.h>

#include "base/unique_fd.h"

namespace nodeward {

// Blocks every signal in the calling thread; threads made later inherit it. Call before the first,
// and before the keeper: children are waited for whatever nodeward's parent made of SIGCHLD.
void BlockSignals();

// signalfd(2) of all signals; does not block.
UniqueFd OpenSignals();

// Not raised by the kernel about nodeward itself: passed on.
bool IsForApplication(int signal);

// Takes the statuses of orphans, where nodeward is PID 1. The keeper's stays: it is noticed by its
// socket.
void ReapOthers(pid_t keeper);

}  // namespace nodeward
