// Whether the application's output must pass through nodeward: when events go to the same
// description, the application could forge a line, cut one in half, or make it non-blocking
// (settled: "Events").
#pragma once

#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "profile/profile.h"

namespace nodeward {

struct StdioPlan {
  std::vector<UniqueFd> relay;  // read ends, for the bus
  UniqueFd child_stdin;         // /dev/null, where standard input is what events go to
  UniqueFd child_stdout;        // what becomes the application's 1 and 2; invalid: inherited
  UniqueFd child_stderr;
};

// Makes the pipes. None when events do not go to stderr, or stderr is a terminal.
Result<StdioPlan> PlanStdio(const Profile& profile);

}  // namespace nodeward
