// `nodeward explain --live PID`.
#pragma once

#include <string>

namespace nodeward {

// Prints what the kernel says is in force on a running process and each of its threads. 0, or 125
// when it cannot be looked at.
int ExplainLiveCommand(const std::string& process, bool json);

}  // namespace nodeward
