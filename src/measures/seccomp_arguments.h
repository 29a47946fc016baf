// Argument rules: system calls that are allowed only with certain arguments, whatever allows them
// by name. Allow-lists. Pure data; compiled by seccomp.cc, tested by an evaluator of the BPF.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace nodeward {

struct ArgumentCondition {
  unsigned index;       // 0 to 5
  std::uint64_t mask;   // int arguments: 0xffffffff, since the kernel looks at no more of them
  std::uint64_t value;  // (argument & mask) == value
};

// One permitted shape of a call: all conditions hold. A call with several rules may have any of
// them.
struct ArgumentRule {
  std::string_view call;
  std::vector<ArgumentCondition> conditions;
};

// `children`: whether clone(2) may make processes, or threads alone.
std::vector<ArgumentRule> ArgumentRules(bool children);

}  // namespace nodeward
