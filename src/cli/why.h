// `nodeward why`: what a code means, and whether a profile allows a thing, answered offline by the
// code that enforces.
#pragma once

#include "cli/run.h"

namespace nodeward {

inline constexpr int kExitNotAllowed = 1;

// `options.command` is the question: a code ("NW201"), or a kind and its words ("syscall mount").
// 0: allowed, or the code's text was printed; 1: refused; 125: the question or the profile is
// wrong.
int WhyCommand(const RunOptions& options, bool json);

}  // namespace nodeward
