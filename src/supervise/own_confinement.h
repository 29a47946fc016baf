// What nodeward says of its own confinement (own_domain.h, own_capabilities.h, own_filter.h).
#pragma once

#include <vector>

#include "events/event.h"
#include "plan/explain.h"

namespace nodeward {

// A row of `explain`, after those of the application.
ExplainedMeasure ExplainOwnConfinement(const Profile& profile, const HostReport& host);

// What is in force for the calling process by its /proc, as "supervisor.…" fields of the start
// event. `domain`: whether it entered one, which /proc does not show.
std::vector<Field> OwnConfinementFields(bool domain);

}  // namespace nodeward
