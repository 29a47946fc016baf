// Landlock: the ruleset of one launch.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "measures/launch_plan.h"

namespace nodeward {

// Makes the ruleset in the parent; the child enters it by its descriptor. Rules are opened anew for
// each launch, so that a folder that was replaced meanwhile counts as it is now. A path that became
// a link since it was resolved is an error. Invalid when none is planned.
Result<UniqueFd> MakeRuleset(const LaunchPlan& plan);

}  // namespace nodeward
