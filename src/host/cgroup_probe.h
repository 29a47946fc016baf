// Where nodeward stands in the cgroup hierarchies, and whether it can make groups there. Read-only:
// answers from /proc/self/cgroup, /proc/self/mountinfo and file modes, and creates nothing.
#pragma once

#include <string>

#include "host/report.h"

namespace nodeward {

// `proc` and `root` are prefixes for tests ("" on a real host).
CgroupReport ProbeCgroup(const std::string& root = "");

}  // namespace nodeward
