#include "supervise/oom_score.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

namespace nodeward {

void RaiseOomScore(pid_t pid) {
  int own = 0;
  std::ifstream("/proc/self/oom_score_adj") >> own;
  std::ofstream("/proc/" + std::to_string(pid) + "/oom_score_adj") << std::min(own + 200, 1000);
}

}  // namespace nodeward
