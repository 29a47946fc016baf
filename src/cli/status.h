// `nodeward status`.
#pragma once

#include <string>

namespace nodeward {

struct StatusOptions {
  std::string name;  // empty: the only supervisor that runs
  bool json = false;
  bool healthy = false;  // the answer is the exit code
};

// 0; 1 when none such runs, or, with `healthy`, when it is not healthy.
int StatusCommand(const StatusOptions& options);

}  // namespace nodeward
