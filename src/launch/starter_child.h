// The starter: a short-lived child of the keeper that starts the application in a PID namespace of
// its own, beside an init. Both become the keeper's children, so that its reports, signals and
// kills are the same as without one; the keeper itself never enters a namespace. Child-safe.
#pragma once

#include <sys/types.h>

namespace nodeward {

struct ChildProgram;

// What the starter writes: the application's number as the keeper sees it, or a negative errno.
struct StarterAnswer {
  pid_t application;
};

// `gate`: the keeper's end, which none of its children keeps. `answer`: a pipe.
[[noreturn]] void RunStarter(const ChildProgram& program, int gate, int answer) noexcept;

}  // namespace nodeward
