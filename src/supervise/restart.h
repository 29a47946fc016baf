// Whether and when the application is started again. Pure, RandomShare() aside: time is passed in.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>

#include "plan/plan.h"

namespace nodeward {

// How the application's main process ended.
struct Ending {
  bool signalled = false;
  int value = 0;  // exit code, or the signal's number
  // As a shell tells it: the code, or 128 + N.
  int ExitCode() const { return signalled ? 128 + value : value; }
};

class RestartPolicy {
 public:
  using Clock = std::chrono::steady_clock;
  // `random` answers a number in [0, 1): the jitter.
  RestartPolicy(const SupervisePlan& plan, std::function<double()> random);

  enum class Verdict { kEnd, kRestart, kGiveUp };
  struct Decision {
    Verdict verdict = Verdict::kEnd;
    Milliseconds delay{0};
  };
  // Asked once when the main process has ended after `uptime`. `wanted`: it was ended in order to
  // be started again, whatever [supervise] restart says of other ends.
  Decision Decide(const Ending& ending, Clock::time_point now, Clock::duration uptime,
                  bool wanted = false);

 private:
  SupervisePlan plan_;
  std::function<double()> random_;
  Milliseconds next_;
  std::deque<Clock::time_point> restarts_;
};

// A jitter from the kernel's random numbers, for `random`.
double RandomShare();

// What an ending means, in words with the next step; empty for an ordinary exit.
std::string ExplainEnding(const Ending& ending, bool oom_killed, bool stop_asked, bool kill_policy);

}  // namespace nodeward
