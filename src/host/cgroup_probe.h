// Where nodeward stands in the cgroup hierarchies, and whether it can make groups there. Read-only:
// answers from /proc/self/cgroup, /proc/self/mountinfo and file modes, and creates nothing.
#pragma once

#include <sys/types.h>

#include <string>

#include "host/report.h"

namespace nodeward {

// `root` is a prefix for tests, which make a /proc and a /sys of their own; "" on a real host.
CgroupReport ProbeCgroup(const std::string& root = "");

// This process, or a child of it: the keeper, or what a probe of this host forked and has not
// reaped yet. Such a process does not stand in the way of nodeward's groups.
bool IsOurs(pid_t pid, const std::string& root = "");

}  // namespace nodeward
