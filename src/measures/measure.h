// A measure: one protection. A row in the registry's table, and the table's order is the order of
// application in the child. run, explain, doctor, check and the tests walk the same table; a new
// protection is a new file and one line in registry.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "host/observed.h"
#include "host/report.h"
#include "launch/child_program.h"
#include "measures/launch_plan.h"
#include "profile/profile.h"

namespace nodeward {

// What a host can do for what a profile asks. Judged by promise, not by bit: where another
// mechanism keeps the same promise, support is Full.
struct Full {};
struct Partial {
  std::string missing;  // what will not hold, in words
  std::string hint;     // what would make it hold
};
struct Unavailable {
  std::string why;
  std::string hint;
};
using Support = std::variant<Full, Partial, Unavailable>;

// For a person: what holds, and by which means. `lines` may be several (one for each group of
// calls).
struct Explanation {
  std::string what;                // "runs as node (1000:1000), without supplementary groups"
  std::vector<std::string> lines;  // details
};

struct Measure {
  std::string_view name;     // event field, test name, explain
  std::string_view section;  // the profile's table whose `enforcement` rules, or empty
  bool (*wanted)(const Profile&);
  Support (*support)(const Profile&, const HostReport&);  // pure
  Explanation (*explain)(const Profile&, const HostReport&);
  // Decides in the parent; without effect, so that `explain` and `check` may call it.
  Result<void> (*prepare)(const Profile&, const HostReport&, LaunchPlan&);
  // Takes effect outside the child, before it is cloned (a cgroup made); null for most.
  Result<void> (*establish)(const LaunchPlan&);
  ApplyFunction apply;  // in the child; null: acts in the parent alone (environment)
  // Judges, before execve, whether it is in force; an Error says what is not.
  Result<void> (*verify)(const LaunchPlan&, const Observed&);
};

std::span<const Measure> Measures();

// The enforcement that holds for a section: its own, else the profile's, else strict.
Enforcement EnforcementFor(const Profile& profile, std::string_view section);

}  // namespace nodeward
