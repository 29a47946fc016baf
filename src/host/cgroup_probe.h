// Where nodeward stands in the cgroup hierarchies, and whether it can make groups there. Read-only:
// answers from /proc/self/cgroup, /proc/self/mountinfo and file modes, and creates nothing.
#pragma once

#include <string>

#include "host/report.h"

namespace nodeward {

// `root` is a prefix for tests, which make a /proc and a /sys of their own; "" on a real host.
CgroupReport ProbeCgroup(const std::string& root = "");

}  // namespace nodeward
