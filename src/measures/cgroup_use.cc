// What the groups tell of the application: counters, announcements, and its end.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "host/proc.h"
#include "measures/cgroup.h"
#include "measures/cgroup_group.h"

namespace nodeward {
namespace {

using Counter = std::optional<std::uint64_t>;

Counter Single(const std::string& path) {
  const auto words = CgroupWords(path);
  return words.size() == 1 ? ParseNumber(words[0]) : std::nullopt;
}

// A file of lines "name value".
Counter Named(const std::string& path, std::string_view name) {
  const auto words = CgroupWords(path);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] == name) return ParseNumber(words[i + 1]);
  }
  return std::nullopt;
}

bool Has(const PlannedCgroup& group, std::string_view controller) {
  for (const auto& name : group.controllers) {
    if (name == controller) return true;
  }
  return false;
}

void ReadMemory(const PlannedCgroup& group, CgroupUse* use) {
  const std::string base = group.directory + "/memory.";
  use->memory_current = Single(base + (group.v2 ? "current" : "usage_in_bytes"));
  use->memory_peak = Single(base + (group.v2 ? "peak" : "max_usage_in_bytes"));  // v2: Linux 5.19
  use->oom_kills = Named(base + (group.v2 ? "events" : "oom_control"), "oom_kill");
}

void ReadPids(const PlannedCgroup& group, CgroupUse* use) {
  use->pids_refused = Named(group.directory + "/pids.events", "max");
  use->pids_peak = Single(group.directory + "/pids.peak");  // Linux 6.1
}

void ReadCpu(const PlannedCgroup& group, CgroupUse* use) {
  const std::string path = group.directory + "/cpu.stat";
  use->throttled_periods = Named(path, "nr_throttled");
  use->throttled_usec = Named(path, group.v2 ? "throttled_usec" : "throttled_time");
  if (!group.v2 && use->throttled_usec) *use->throttled_usec /= 1000;  // v1 counts nanoseconds
}

// A kernfs file raises POLLPRI when its content changes after it was read.
void WatchFile(const std::string& path, std::vector<CgroupWatch>* watches) {
  CgroupWatch watch{UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)), true};
  if (!watch.fd.valid()) return;
  AcceptWatch(watch);
  watches->push_back(std::move(watch));
}

// cgroup-v1/memory.rst, "OOM Control": an eventfd registered in cgroup.event_control. The
// registration lives as long as the eventfd; memory.oom_control need not stay open.
void WatchOomV1(const PlannedCgroup& group, std::vector<CgroupWatch>* watches) {
  UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const std::string path = group.directory + "/memory.oom_control";
  const UniqueFd control(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!event.valid() || !control.valid()) return;
  const std::string line = std::to_string(event.get()) + " " + std::to_string(control.get());
  if (!WriteCgroupFile(group.directory + "/cgroup.event_control", line)) return;
  watches->push_back({std::move(event), false});
}

}  // namespace

CgroupUse ReadCgroupUse(const LaunchPlan& plan) {
  CgroupUse use;
  for (const auto& group : plan.cgroups) {
    if (Has(group, "memory")) ReadMemory(group, &use);
    if (Has(group, "pids")) ReadPids(group, &use);
    if (Has(group, "cpu")) ReadCpu(group, &use);
  }
  // What happened, but not how much was used: that is others' as well.
  CgroupUse shared;
  for (const auto& group : plan.inherited_cgroups) {
    if (Has(group, "memory")) ReadMemory(group, &shared);
    if (Has(group, "pids")) ReadPids(group, &shared);
    if (Has(group, "cpu")) ReadCpu(group, &shared);
  }
  if (!use.oom_kills) use.oom_kills = shared.oom_kills;
  if (!use.pids_refused) use.pids_refused = shared.pids_refused;
  if (!use.throttled_periods) use.throttled_periods = shared.throttled_periods;
  if (!use.throttled_usec) use.throttled_usec = shared.throttled_usec;
  return use;
}

std::vector<CgroupWatch> WatchCgroups(const LaunchPlan& plan) {
  std::vector<CgroupWatch> watches;
  std::vector<PlannedCgroup> groups = plan.cgroups;
  groups.insert(groups.end(), plan.inherited_cgroups.begin(), plan.inherited_cgroups.end());
  for (const auto& group : groups) {
    if (Has(group, "memory") && group.v2) WatchFile(group.directory + "/memory.events", &watches);
    if (Has(group, "memory") && !group.v2) WatchOomV1(group, &watches);
    if (Has(group, "pids")) WatchFile(group.directory + "/pids.events", &watches);
  }
  return watches;
}

void AcceptWatch(const CgroupWatch& watch) {
  std::array<char, 512> text{};
  ssize_t size = 0;
  do {
    size = watch.priority ? pread(watch.fd.get(), text.data(), text.size(), 0)
                          : read(watch.fd.get(), text.data(), sizeof(std::uint64_t));
  } while (size < 0 && errno == EINTR);
}

std::string CgroupKillFile(const LaunchPlan& plan) {
  for (const auto& group : plan.cgroups) {
    if (group.v2 && group.kill) return group.directory + "/cgroup.kill";
  }
  return {};
}

Result<void> RemoveCgroups(const LaunchPlan& plan) {
  Result<void> result;
  for (const auto& group : plan.cgroups) {
    if (auto ended = EndGroup(group.directory); !ended && result) result = ended;
  }
  return result;
}

}  // namespace nodeward
