// `nodeward explain`.
#pragma once

#include "cli/run.h"

namespace nodeward {

// Prints what `run` would do. 0 when it would start, 125 when it would refuse, 126 and 127 for the
// command.
int ExplainCommand(const RunOptions& options, bool json);

}  // namespace nodeward
