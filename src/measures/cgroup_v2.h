// What cgroup v2 wants before a group can have limits: its parent must hand the controllers on, and
// may then hold no process itself. Parent only. Source: cgroup-v2.rst, "Controlling Controllers".
#pragma once

#include <string>

#include "base/result.h"
#include "measures/launch_plan.h"

namespace nodeward {

// Makes the parent of `group` hand its controllers on. Where nodeward itself stands in the way, it
// and its children move into a group "<marker>-supervisor" beside the application's. Where others
// stand there, they are named in the error and nothing is changed.
Result<void> EnableControllers(const PlannedCgroup& group);

}  // namespace nodeward
