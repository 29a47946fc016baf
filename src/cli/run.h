// `nodeward run`.
#pragma once

#include <string>
#include <vector>

namespace nodeward {

struct RunOptions {
  std::string profile = "default";
  std::vector<std::string> overrides;
  std::vector<std::string> command;
};

// Loads, plans, launches, supervises. The application's exit code, 128 + N, or 125 to 127.
int RunCommand(const RunOptions& options);

}  // namespace nodeward
