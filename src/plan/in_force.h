// What is in force on a process, as fields for the `start` event and for `explain --live`: read
// from the kernel, whatever was asked for.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/result.h"
#include "events/event.h"
#include "host/observed.h"

namespace nodeward {

// Ids, groups, the five capability sets, no_new_privs, the filter, control groups, limits.
std::vector<Field> InForceFields(const Observed& observed);

// The threads of a process that differ from its first one, each as "thread 4243: Seccomp 0".
// Empty: all are alike.
Result<std::vector<std::string>> DeviatingThreads(pid_t process);

}  // namespace nodeward
