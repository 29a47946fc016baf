// The cgroup measure, and what the supervisor asks of the application's groups afterwards.
// Parent only; the child's part is ApplyCgroup (child_applies.h). Sources: cgroups(7),
// Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "measures/measure.h"

namespace nodeward {

extern const Measure kCgroupMeasure;

// Counters of the application's own groups; absent where the kernel does not tell. Where a limit is
// inherited, the counters of what happened are those of nodeward's surroundings, from before the
// start on: compare.
struct CgroupUse {
  std::optional<std::uint64_t> memory_current;  // bytes
  std::optional<std::uint64_t> memory_peak;     // bytes
  std::optional<std::uint64_t> oom_kills;       // processes killed (oom_kill, not oom)
  std::optional<std::uint64_t> pids_refused;    // forks refused by the limit
  std::optional<std::uint64_t> pids_peak;
  std::optional<std::uint64_t> throttled_periods;
  std::optional<std::uint64_t> throttled_usec;
};
CgroupUse ReadCgroupUse(const LaunchPlan& plan);

// The groups that nodeward runs in, one for each controller that has a limit there: a container's,
// a unit's. Without one the counters would tell of other people's ends.
std::vector<PlannedCgroup> InheritedCgroups(const HostReport& host);

// Descriptors that become readable (POLLIN for an eventfd) or exceptional (POLLPRI for a kernfs
// file) when an OOM kill or a refused fork happened: no polling, no wake-ups at rest. They
// announce, they do not count: v1 tells of the OOM before the kill, so read CgroupUse again when
// the application ends.
struct CgroupWatch {
  UniqueFd fd;
  bool priority = false;  // wait for POLLPRI; otherwise POLLIN and an 8-byte read
};
std::vector<CgroupWatch> WatchCgroups(const LaunchPlan& plan);
// Takes the announcement, so that the next wait is for the next one. Never blocks.
void AcceptWatch(const CgroupWatch& watch);

// The path of cgroup.kill of the application's v2 group, or empty.
std::string CgroupKillFile(const LaunchPlan& plan);

// Kills what still lives in the groups and removes them; takes up to a second a group. Called when
// the application has ended, after each start; establish() makes them anew.
Result<void> RemoveCgroups(const LaunchPlan& plan);

// v2: undoes what establish() did to nodeward's own group (see EnableControllers in cgroup_v2.cc).
// Called once, when nodeward ends. Best effort: what it cannot undo goes with the container or
// unit.
void ReturnToOwnCgroup(const LaunchPlan& plan);

}  // namespace nodeward
