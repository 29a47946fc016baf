#include "supervise/oom_score.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "base/unique_fd.h"
#include "launch/launch.h"

namespace nodeward {

void RaiseOomScore(pid_t pid, uid_t uid, gid_t gid) {
  int own = 0;
  std::ifstream("/proc/self/oom_score_adj") >> own;
  const std::string score = std::to_string(std::min(own + 200, 1000));
  const std::string path = "/proc/" + std::to_string(pid) + "/oom_score_adj";
  RunAs(uid, gid, [&] {
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.valid() && write(file.get(), score.data(), score.size()) < 0) return;
  });
}

}  // namespace nodeward
