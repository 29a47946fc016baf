// The application's own tree of mounts: what stays writable in it, what is replaced, and whether it
// became so. For measures/namespaces.cc. Looks at files, changes nothing.
#pragma once

#include <vector>

#include "base/result.h"
#include "host/observed.h"
#include "host/report.h"
#include "measures/launch_plan.h"
#include "profile/profile.h"

namespace nodeward {

// Fills the paths of plan.namespaces, whose booleans are set already. An error where the tree would
// hide what the launch or a rule of the profile needs.
Result<void> PlanMounts(const Profile& profile, const HostReport& host, LaunchPlan& plan);

// Pure.
Result<void> VerifyMounts(const PlannedNamespaces& planned,
                          const std::vector<ObservedMount>& mounts);

}  // namespace nodeward
