// `nodeward why syscall`: the profile's filter, compiled as `run` compiles it, asked in the
// evaluator.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/why_answer.h"
#include "host/report.h"

namespace nodeward {

// `words`: the call by name or number, then up to six arguments; those that are missing count as 0.
// Errors: a call or an argument that nobody knows, a profile whose filter cannot be compiled.
Result<WhyAnswer> WhySyscall(const Profile& profile, const HostReport& host,
                             const std::vector<std::string>& words);

}  // namespace nodeward
