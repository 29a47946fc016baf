// cgroup: memory, swap, processors and processes of the application's whole tree, in a group of its
// own below nodeward's. Where no group can be made, what nodeward inherited counts.
//
// memory.oom.group stays 0: the kernel then kills the one process that is too big, not the whole
// application, as on v1. A cluster of workers outlives one of them; when the main process dies, the
// restart policy acts; and either way the kill is counted and told.
#include "measures/cgroup.h"

#include <libcgroup.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "base/text.h"
#include "measures/cgroup_group.h"
#include "measures/cgroup_limits.h"
#include "measures/cgroup_v2.h"
#include "measures/child_applies.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

std::string Join(const std::string& mount, const std::string& path) {
  return path == "/" ? mount : mount + path;
}

std::string Sentence(const LimitVerdict& verdict) {
  switch (verdict.key) {
    case LimitKey::kMemory:
      return verdict.asked + " of memory";
    case LimitKey::kSwap:
      return verdict.asked == "0" ? "no swap" : verdict.asked + " of swap";
    case LimitKey::kCpu:
      return verdict.asked + (verdict.asked == "1" ? " processor" : " processors");
    case LimitKey::kPids:
      return verdict.asked + " processes and threads";
  }
  return {};
}

std::string MeansInWords(const LimitVerdict& verdict, const HostReport& host) {
  switch (verdict.means) {
    case Means::kGroup:
    case Means::kWeakGroup: {
      const CgroupController& controller = host.cgroup.controllers.at(verdict.controller);
      return "by a group of its own below " + Join(controller.mount, controller.path) +
             (controller.v2 ? " (cgroup v2)" : " (cgroup v1)") +
             (verdict.means == Means::kWeakGroup
                  ? ", which the application could lift: it has nodeward's own user"
                  : "");
    }
    case Means::kInherited:
      return "inherited: nodeward itself runs under " + verdict.detail;
    case Means::kNoSwap:
      return "this machine has no swap";
    case Means::kNone:
      return "not held: " + verdict.detail;
  }
  return {};
}

bool Wanted(const Profile& profile) {
  const LimitsSection& limits = profile.limits;
  return limits.memory || limits.swap || limits.cpu || limits.pids;
}

Support Judge(const Profile& profile, const HostReport& host) {
  const AskedLimits asked = Asked(profile, host);
  const auto verdicts = JudgeLimits(profile, host);
  std::string missing;
  bool nothing = true;
  for (const auto& verdict : verdicts) {
    if (verdict.means != Means::kNone) nothing = false;
    if (verdict.means != Means::kNone && verdict.means != Means::kWeakGroup) continue;
    missing += (missing.empty() ? "" : "; ") + KeyName(verdict.key) + " = " + verdict.asked + ": " +
               (verdict.means == Means::kNone
                    ? verdict.detail
                    : "the application has nodeward's own user and could lift it");
  }
  if (missing.empty()) return Full{};
  std::string hint = SurroundingsHint(asked, verdicts, host);
  if (nothing) return Unavailable{std::move(missing), std::move(hint)};
  return Partial{std::move(missing), std::move(hint)};
}

Explanation Explain(const Profile& profile, const HostReport& host) {
  Explanation explanation;
  std::vector<std::string> held;
  bool group = false;
  for (const auto& verdict : JudgeLimits(profile, host)) {
    if (verdict.means != Means::kNone) held.push_back(Sentence(verdict));
    group = group || InGroup(verdict);
    explanation.lines.push_back(KeyName(verdict.key) + " = " + verdict.asked + ": " +
                                MeansInWords(verdict, host));
  }
  explanation.what =
      held.empty() ? "no limit of the whole tree is held" : "at most " + JoinWords(held);
  if (group) {
    explanation.lines.push_back(
        "an OOM kill, a refused fork and throttling are told as `limit` events");
  }
  return explanation;
}

// The group for `controller` in the plan; hierarchies that serve several get one group.
PlannedCgroup& GroupFor(const CgroupController& controller, const std::string& name, bool kill,
                        LaunchPlan* plan) {
  const std::string directory = Join(controller.mount, controller.path) + "/" + name;
  for (auto& group : plan->cgroups) {
    if (group.directory == directory) return group;
  }
  PlannedCgroup group{.directory = directory, .v2 = controller.v2, .mount = controller.mount};
  group.membership = (controller.membership == "/" ? "" : controller.membership) + "/" + name;
  group.kill = controller.v2 && kill;
  plan->cgroups.push_back(std::move(group));
  return plan->cgroups.back();
}

Result<void> Prepare(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  plan.cgroups.clear();
  const AskedLimits asked = Asked(profile, host);
  const auto verdicts = JudgeLimits(profile, host);
  const pid_t supervisor = plan.guarded.supervisor > 0 ? plan.guarded.supervisor : getpid();
  const auto marker = MarkerOf(supervisor);
  if (!marker) {
    return Fail("cannot read the start time of process " + std::to_string(supervisor), "/proc",
                "mount /proc so that nodeward sees its own processes");
  }
  for (const std::string name : {"memory", "cpu", "pids"}) {
    const bool needed = std::any_of(verdicts.begin(), verdicts.end(), [&](const auto& verdict) {
      return verdict.controller == name && InGroup(verdict);
    });
    if (!needed) continue;
    PlannedCgroup& group =
        GroupFor(host.cgroup.controllers.at(name), marker->Name(), host.cgroup.kill, &plan);
    group.controllers.push_back(name);
    for (auto& setting : SettingsOf(name, asked, verdicts, host)) {
      group.settings.push_back(std::move(setting));
    }
  }
  return {};
}

struct FreeCgroup {
  void operator()(cgroup* object) const { cgroup_free(&object); }
};

// Whether libcgroup would write where the plan says. It knows one mount for each controller, and
// none for those that /proc/cgroups leaves out (v2-only memory on newer kernels).
bool LibraryKnows(const PlannedCgroup& group) {
  static const bool ready = cgroup_init() == 0;
  if (!ready) return false;
  return std::all_of(group.controllers.begin(), group.controllers.end(), [&](const auto& name) {
    char* text = nullptr;
    if (cgroup_get_subsys_mount_point(name.c_str(), &text) != 0) return false;
    const std::unique_ptr<char, decltype(&std::free)> mount(text, &std::free);
    return mount != nullptr && group.mount == mount.get();
  });
}

// The group exists already: libcgroup's own creation would take a stranger's group for ours, and on
// v2 writes subtree_control from the root of the hierarchy down.
Result<void> SetThroughLibrary(const PlannedCgroup& group) {
  const std::string name = group.directory.substr(group.mount.size() + 1);
  const std::unique_ptr<cgroup, FreeCgroup> object(cgroup_new_cgroup(name.c_str()));
  if (!object) return Fail("libcgroup cannot make an object", group.directory);
  int error = 0;
  for (const auto& setting : group.settings) {
    cgroup_controller* controller = cgroup_get_controller(object.get(), setting.controller.c_str());
    if (controller == nullptr) {
      controller = cgroup_add_controller(object.get(), setting.controller.c_str());
    }
    if (controller == nullptr) return Fail("libcgroup refuses a controller", setting.controller);
    error = cgroup_add_value_string(controller, setting.file.c_str(), setting.value.c_str());
    if (error != 0) break;
  }
  if (error == 0) error = cgroup_modify_cgroup(object.get());
  if (error != 0) {
    const std::string why =
        error == ECGOTHER ? DescribeErrno(cgroup_get_last_errno()) : cgroup_strerror(error);
    return Fail("cannot set its limits: " + why, group.directory);
  }
  return {};
}

Result<void> SetDirectly(const PlannedCgroup& group) {
  for (const auto& setting : group.settings) {
    auto written = WriteCgroupFile(group.directory + "/" + setting.file, setting.value);
    if (!written) return written;
  }
  return {};
}

// What was written is not what holds: the kernel rounds, clamps, and libcgroup drops some errors.
Result<void> CompareSettings(const PlannedCgroup& group) {
  for (const auto& setting : group.settings) {
    const std::string path = group.directory + "/" + setting.file;
    std::string text = ReadCgroupFile(path).value_or("nothing");
    while (text.ends_with('\n')) text.pop_back();
    if (text != setting.value) {
      return Fail(
          "the limit is not in force: " + setting.value + " was written, " + text + " is there",
          path);
    }
  }
  return {};
}

Result<void> EstablishGroup(const PlannedCgroup& group, const CgroupMarker& own) {
  const std::string parent = group.directory.substr(0, group.directory.rfind('/'));
  if (auto ended = EndLeavings(parent, own); !ended) return ended;
  if (group.v2) {
    if (auto enabled = EnableControllers(group); !enabled) return enabled;
  }
  if (auto made = MakeGroup(group.directory); !made) return made;
  auto set = LibraryKnows(group) ? SetThroughLibrary(group) : SetDirectly(group);
  if (!set) return set;
  return CompareSettings(group);
}

Result<void> Establish(const LaunchPlan& plan) {
  for (const auto& group : plan.cgroups) {
    const auto own = ParseMarker(group.directory.substr(group.directory.rfind('/') + 1));
    if (!own) return Fail("a planned cgroup lacks nodeward's marker", group.directory);
    auto made = EstablishGroup(group, *own);
    if (made) continue;
    static_cast<void>(RemoveCgroups(plan));
    ReturnToOwnCgroup(plan);
    return made;
  }
  return {};
}

Result<void> Verify(const LaunchPlan& plan, const Observed& observed) {
  for (const auto& group : plan.cgroups) {
    for (const auto& controller : group.controllers) {
      const auto found = observed.cgroups.find(group.v2 ? "" : controller);
      const std::string actual = found == observed.cgroups.end() ? "no group" : found->second;
      if (actual != group.membership) {
        return Fail("the process is in " + actual + " of the " + controller +
                        " hierarchy, and not in " + group.membership,
                    "/proc/" + std::to_string(observed.pid) + "/cgroup");
      }
    }
  }
  return {};
}

}  // namespace

std::vector<PlannedCgroup> InheritedCgroups(const HostReport& host) {
  const InheritedLimits& limits = host.cgroup.inherited;
  const std::pair<std::string, bool> limited[] = {{"memory", limits.memory != UINT64_MAX},
                                                  {"cpu", limits.cpu > 0},
                                                  {"pids", limits.pids != UINT64_MAX}};
  std::vector<PlannedCgroup> groups;
  for (const auto& [name, holds] : limited) {
    const auto own = host.cgroup.controllers.find(name);
    if (!holds || own == host.cgroup.controllers.end()) continue;
    groups.push_back({.directory = Join(own->second.mount, own->second.path),
                      .controllers = {name},
                      .v2 = own->second.v2});
  }
  return groups;
}

const Measure kCgroupMeasure = {
    .name = "cgroup",
    .section = "limits",
    .wanted = Wanted,
    .support = Judge,
    .explain = Explain,
    .prepare = Prepare,
    .establish = Establish,
    .apply = ApplyCgroup,
    .verify = Verify,
};

}  // namespace nodeward
