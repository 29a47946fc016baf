// What run, explain and check share: errors to the terminal, the request for a plan.
#pragma once

#include <tl/expected.hpp>

#include "base/result.h"
#include "cli/run.h"
#include "plan/plan.h"

namespace nodeward {

// Prints each error to the standard error; the exit code of the first.
int PrintErrors(const Errors& errors);

// What a function of Errors answers with one.
inline tl::unexpected<Errors> FailWith(Error error) {
  return tl::unexpected(Errors{std::move(error)});
}

// The profile loaded, the host probed, nodeward's own environment taken.
tl::expected<PlanRequest, Errors> MakeRequest(const RunOptions& options);

}  // namespace nodeward
