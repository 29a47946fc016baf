// What can be done to one cgroup: read it, end what lives in it, remove it; and the marker by which
// nodeward knows its own groups again. Parent only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measures/launch_plan.h"

namespace nodeward {

// The name of a group says whose it is: pid and start time of the supervisor (proc_pid_stat(5),
// field 22), and the pid namespace in which they count, because two containers may share a
// hierarchy.
struct CgroupMarker {
  pid_t pid = 0;
  std::uint64_t start = 0;          // clock ticks after boot
  std::uint64_t pid_namespace = 0;  // inode of /proc/self/ns/pid
  bool supervisor = false;          // the group into which nodeward itself moved (v2)

  std::string Name() const;  // "nodeward-4242-1234567-4026531836", then "-supervisor"
  bool operator==(const CgroupMarker&) const = default;
};
std::optional<CgroupMarker> ParseMarker(std::string_view name);
// The marker of a running process of our pid namespace; nothing when it does not exist.
std::optional<CgroupMarker> MarkerOf(pid_t pid);

// The first 64 KiB of a file, not following a link; nothing when it cannot be read.
std::optional<std::string> ReadCgroupFile(const std::string& path);
// Writes `value` in one write(2). The error names the file.
Result<void> WriteCgroupFile(const std::string& path, std::string_view value);
std::vector<std::string> CgroupWords(const std::string& path);     // split at blanks and newlines
std::vector<pid_t> CgroupProcesses(const std::string& directory);  // of cgroup.procs; 0: foreign

// Makes the group. It must not exist, and must come to lie in a cgroup file system.
Result<void> MakeGroup(const std::string& directory);

// Kills every process in the group and below it, again until none is left or a second has passed,
// and removes the groups. A group that is not there is fine. A process is signalled by pidfd after
// it was seen in the group twice, so that a pid used anew is never hit.
Result<void> EndGroup(const std::string& directory);

// Ends the groups below `parent` whose marker names a supervisor of our pid namespace that is gone,
// and an earlier group of the supervisor `own` itself. Others, marked or not, are left alone.
Result<void> EndLeavings(const std::string& parent, const CgroupMarker& own);

}  // namespace nodeward
