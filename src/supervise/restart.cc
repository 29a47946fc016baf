#include "supervise/restart.h"

#include <sys/random.h>

#include <algorithm>
#include <csignal>
#include <cstdint>

#include "kernel/architecture.h"

namespace nodeward {
namespace {

// Node.js' own exit codes that no second start mends: a flag that it does not know, a top-level
// await that never settles.
bool IsPermanent(const Ending& ending) {
  if (ending.signalled) return ending.value == SIGSYS;
  return ending.value == 9 || ending.value == 13;
}

// Up for this long, an application counts as started: earlier failures are forgotten.
Milliseconds StableAfter(const SupervisePlan& plan) {
  return std::max(plan.backoff.max, plan.give_up.within);
}

}  // namespace

RestartPolicy::RestartPolicy(const SupervisePlan& plan, std::function<double()> random)
    : plan_(plan), random_(std::move(random)), next_(plan.backoff.initial) {}

RestartPolicy::Decision RestartPolicy::Decide(const Ending& ending, Clock::time_point now,
                                              Clock::duration uptime, bool wanted) {
  const bool failed = ending.ExitCode() != 0;
  if (!wanted && plan_.restart == RestartWhen::kNever) return {};
  if (!wanted && plan_.restart == RestartWhen::kOnFailure && !failed) return {};
  if (!wanted && failed && IsPermanent(ending)) return {Verdict::kGiveUp, {}};
  if (uptime >= StableAfter(plan_)) {
    next_ = plan_.backoff.initial;
    restarts_.clear();
  }
  while (!restarts_.empty() && now - restarts_.front() > plan_.give_up.within) {
    restarts_.pop_front();
  }
  if (restarts_.size() >= plan_.give_up.restarts) return {Verdict::kGiveUp, {}};
  restarts_.push_back(now);
  // Half fixed, half random: fleets that died together do not come back together.
  const double share = 0.5 + 0.5 * random_();
  const auto delay =
      Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(next_.count()) * share));
  next_ = std::min(next_ * 2, plan_.backoff.max);
  return {Verdict::kRestart, delay};
}

double RandomShare() {
  std::uint32_t bits = 0;
  if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) return 0.5;
  return static_cast<double>(bits) / 4294967296.0;
}

std::string ExplainEnding(const Ending& ending, bool oom_killed, bool stop_asked,
                          bool kill_policy) {
  if (ending.signalled && ending.value == SIGKILL) {
    if (oom_killed) {
      return "the memory limit ended it (OOM kill): raise [limits] memory, or the container's or "
             "unit's own, or find the leak with node --heapsnapshot-near-heap-limit=1";
    }
    if (kill_policy) return "a refused system call ended it ([syscalls] on_violation = \"kill\")";
    if (stop_asked) return "it did not stop within [supervise] stop_timeout and was killed";
    return "somebody sent SIGKILL; or the whole machine ran out of memory (dmesg): no limit that "
           "nodeward sees was reached";
  }
  if (ending.ExitCode() == 128 + SIGABRT) {
    return "it aborted: if \"JavaScript heap out of memory\" stands above, raise "
           "--max-old-space-size, or find the leak";
  }
  if (ending.signalled && ending.value == SIGSYS) {
    return "the kernel ended it for a system call of a foreign architecture, as " +
           std::string(kernel::kForeignCalls) + " are";
  }
  if (ending.signalled && ending.value == SIGSEGV) {
    return "it crashed in native code: look at its addons";
  }
  if (!ending.signalled && ending.value == 13) {
    return "node ended while a top-level await was never settled";
  }
  if (!ending.signalled && ending.value == 9) {
    return "node did not accept one of its command-line flags: look at the line above";
  }
  return {};
}

}  // namespace nodeward
