// `nodeward why open` and `why exec`: the rules of [filesystem] as `run` resolves them here, asked
// for one path; and what the file's own mode says to the application's user.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/why_answer.h"
#include "plan/plan.h"

namespace nodeward {

// `words`: PATH, then "read" (meant without it) or "write". A folder's "read" is to list it.
Result<WhyAnswer> WhyOpen(const PlanRequest& request, const std::vector<std::string>& words);

// `words`: PATH, or a name that is looked for in PATH.
Result<WhyAnswer> WhyExec(const PlanRequest& request, const std::vector<std::string>& words);

}  // namespace nodeward
