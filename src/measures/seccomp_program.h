// The main part of the filter: which answer each system call gets, as BPF. Pure; tested by an
// evaluator, and against the program that libseccomp makes of the same rules.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "measures/seccomp_arguments.h"

namespace nodeward {

// One call of this machine, and what it gets instead of the default.
struct AnsweredCall {
  int number = 0;
  std::uint32_t answer = 0;                            // a SECCOMP_RET_* value with its data
  std::vector<std::vector<ArgumentCondition>> shapes;  // any of them; none: whatever the arguments
};

// Ends the process for calls of a foreign architecture, x32 on x86-64 included; any number that is
// not among `calls` gets `otherwise`, and so does a call of none of its shapes. Of a number that
// stands twice the first counts. A call without shapes is answered by its number alone, so that the
// kernel may skip the program for it where it is allowed (Linux 5.11, kernel/seccomp.c).
std::vector<sock_filter> MakeProgram(std::vector<AnsweredCall> calls, std::uint32_t otherwise);

}  // namespace nodeward
