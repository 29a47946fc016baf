// `nodeward check`.
#pragma once

#include <string>
#include <vector>

namespace nodeward {

// Validates each profile: the file's own errors, and names that only the plan resolves (system
// calls, capabilities). 0 when all are good, else 125.
int CheckCommand(const std::vector<std::string>& profiles, bool json);

}  // namespace nodeward
