#include "judge/signal_judge.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <string>

#include "events/codes.h"

namespace nodeward {

std::vector<int> SignalJudge::Calls() const { return {SYS_kill}; }

bool SignalJudge::IsOwn(pid_t target, pid_t caller) const {
  if (target > 0) return target != keeper_ && DescendsFrom(target, keeper_);
  if (target == -1) return false;  // whatever the user may signal
  const pid_t group = -target;
  return getpgid(caller) == group || (group != keeper_ && DescendsFrom(group, keeper_));
}

Ruling SignalJudge::Rule(const Notified& notified) {
  const auto target = static_cast<pid_t>(notified.call.args[0]);
  const auto signal = static_cast<int>(notified.call.args[1]);
  // -INT_MIN is no number: kill(2) finds nobody.
  if (target == std::numeric_limits<pid_t>::min()) return Ruling::Continue();
  if (IsOwn(target, notified.caller.process)) return Ruling::Continue();
  // Nobody there: the kernel says so, and tells no more than it would bare.
  if (target > 0 && kill(target, 0) != 0 && errno == ESRCH) return Ruling::Continue();
  Ruling ruling = Ruling::Error(EPERM);
  Refusal refusal;
  refusal.kind = "signal";
  refusal.code = codes::kSignalRefused;
  const char* name = sigabbrev_np(signal);
  refusal.deed = "to send " +
                 (name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal));
  refusal.deed += target == -1 ? " to every process"
                  : target < 0 ? " to the process group " + std::to_string(-target)
                               : " to process " + std::to_string(target);
  if (target > 0) refusal.deed += " (" + ReadCaller(target).command + ")";
  refusal.target = std::to_string(target);
  refusal.why = "it does not belong to the application";
  ruling.refusal = std::move(refusal);
  return ruling;
}

}  // namespace nodeward
