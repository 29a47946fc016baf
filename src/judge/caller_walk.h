// A path walked part by part, as the kernel would for the caller: for paths whose links mean
// something else to the supervisor ("/proc/self"), or that count from a root of the caller's own.
#pragma once

#include <string>

#include "judge/caller_object.h"

namespace nodeward {

// Whether it lies in a file system of processes (proc(5)).
bool IsOfProcesses(int fd);

// `root` and `base` are folders, held; `base` counts for a relative path.
CallerObject WalkAsCaller(const Notified& notified, int root, int base, const std::string& path,
                          bool follow);

}  // namespace nodeward
