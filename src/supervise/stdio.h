// Which of the application's output must pass through nodeward: all of it that is masked, and what
// goes to the same description as events, where the application could forge a line, cut one in
// half, or make it non-blocking (settled: "Events").
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "profile/profile.h"

namespace nodeward {

struct StdioPlan {
  std::vector<UniqueFd> relay;  // read ends of what goes on to stderr, for the bus
  UniqueFd relay_stdout;        // of what goes on to stdout alone; invalid: none
  UniqueFd child_stdin;         // /dev/null, where standard input is what events go to
  UniqueFd child_stdout;        // what becomes the application's 1 and 2; invalid: inherited
  UniqueFd child_stderr;
  std::vector<std::string> masked;     // "stdout", "stderr"
  std::vector<std::string> terminals;  // which are not masked for being terminals
};

// Makes the pipes. A terminal is left alone: a pipe in its place would take colours and prompts
// away.
Result<StdioPlan> PlanStdio(const Profile& profile);

}  // namespace nodeward
