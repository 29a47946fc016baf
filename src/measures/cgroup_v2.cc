#include "measures/cgroup_v2.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "host/cgroup_probe.h"
#include "measures/cgroup.h"
#include "measures/cgroup_group.h"

namespace nodeward {
namespace {

std::string ParentOf(const std::string& directory) {
  return directory.substr(0, directory.rfind('/'));
}

std::string SupervisorGroup(const std::string& parent) {
  auto marker = MarkerOf(getpid());
  if (!marker) return {};
  marker->supervisor = true;
  return parent + "/" + marker->Name();
}

std::string Named(pid_t pid) {
  std::string name = ReadCgroupFile("/proc/" + std::to_string(pid) + "/comm").value_or("");
  if (name.ends_with('\n')) name.pop_back();
  return std::to_string(pid) + (name.empty() ? "" : " (" + EscapeForTerminal(name) + ")");
}

Error Refused(const std::string& parent, const std::vector<pid_t>& others) {
  std::vector<std::string> names;
  for (const pid_t pid : others) {
    if (names.size() < 3) names.push_back(Named(pid));
  }
  return {"other processes live in nodeward's cgroup, so that it cannot hand limits on: " +
              JoinWords(names) + (others.size() > names.size() ? " among others" : ""),
          parent,
          "start nodeward alone in its group: systemd-run --scope -p Delegate=yes nodeward run …"};
}

Result<void> MoveAll(const std::vector<pid_t>& pids, const std::string& group) {
  for (const pid_t pid : pids) {
    if (auto moved = WriteCgroupFile(group + "/cgroup.procs", std::to_string(pid)); !moved) {
      return moved;
    }
  }
  return {};
}

// Moves nodeward out of `parent`. The group is new, or from an earlier launch of this process.
Result<void> StepAside(const std::string& parent) {
  const std::vector<pid_t> pids = CgroupProcesses(parent);
  std::vector<pid_t> others;
  std::copy_if(pids.begin(), pids.end(), std::back_inserter(others),
               [](pid_t pid) { return !IsOurs(pid); });
  if (!others.empty()) return Fail(Refused(parent, others));
  if (pids.empty()) return {};
  const std::string aside = SupervisorGroup(parent);
  if (aside.empty()) return Fail("/proc/self/stat cannot be read", "/proc/self/stat");
  if (access(aside.c_str(), F_OK) != 0) {
    if (auto made = MakeGroup(aside); !made) return made;
  }
  return MoveAll(pids, aside);
}

void ComeBack(const std::string& parent) {
  const std::string aside = SupervisorGroup(parent);
  if (aside.empty() || access(aside.c_str(), F_OK) != 0) return;
  // Best effort: each write fails harmlessly where a stranger's group still uses a controller.
  for (const auto& name : CgroupWords(parent + "/cgroup.subtree_control")) {
    static_cast<void>(WriteCgroupFile(parent + "/cgroup.subtree_control", "-" + name));
  }
  static_cast<void>(MoveAll(CgroupProcesses(aside), parent));
  rmdir(aside.c_str());
}

}  // namespace

Result<void> EnableControllers(const PlannedCgroup& group) {
  const std::string parent = ParentOf(group.directory);
  const auto enabled = CgroupWords(parent + "/cgroup.subtree_control");
  std::string wanted;
  for (const auto& name : group.controllers) {
    if (std::find(enabled.begin(), enabled.end(), name) != enabled.end()) continue;
    wanted += (wanted.empty() ? "+" : " +") + name;
  }
  if (wanted.empty()) return {};
  // The root of the whole hierarchy has no cgroup.type, and may hold processes beside groups.
  const bool root = access((parent + "/cgroup.type").c_str(), F_OK) != 0;
  if (!root) {
    if (auto aside = StepAside(parent); !aside) {
      ComeBack(parent);
      return aside;
    }
  }
  auto written = WriteCgroupFile(parent + "/cgroup.subtree_control", wanted);
  if (!written && !root) ComeBack(parent);
  return written;
}

void ReturnToOwnCgroup(const LaunchPlan& plan) {
  for (const auto& group : plan.cgroups) {
    if (group.v2) ComeBack(ParentOf(group.directory));
  }
}

}  // namespace nodeward
