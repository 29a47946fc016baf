// What the supervisor knows of the application: where it stands, and how it ended before. A value;
// the supervisor's loop writes it, status and events tell it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "profile/profile.h"
#include "supervise/restart.h"

namespace nodeward {

struct PastExit {
  std::chrono::system_clock::time_point time;
  Ending ending;
  Milliseconds uptime{0};
  std::string reason;  // from ExplainEnding, or empty
};

struct Application {
  static constexpr std::size_t kMostExits = 5;

  pid_t pid = 0;        // of the main process; 0: none runs
  bool paused = false;  // by SIGSTOP or the like
  bool ending = false;  // it was asked to stop, for good
  unsigned restarts = 0;
  std::chrono::steady_clock::time_point started;
  std::deque<PastExit> exits;  // the newest last

  Milliseconds Uptime() const {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - started);
  }
  void Remember(PastExit exit) {
    if (exits.size() == kMostExits) exits.pop_front();
    exits.push_back(std::move(exit));
  }
};

}  // namespace nodeward
