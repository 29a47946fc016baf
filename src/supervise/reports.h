// The supervisor's events: what it says of starts, ends, limits and gaps. Pure: values to Event.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "events/event.h"
#include "judge/resolve_schedule.h"
#include "launch/launch.h"
#include "measures/cgroup.h"
#include "plan/plan.h"
#include "supervise/restart.h"
#include "vault/fingerprint.h"

namespace nodeward {

// One `degraded` for each gap that best-effort or permissive lets through, and one `alert` for each
// warning.
std::vector<Event> GapEvents(const Plan& plan);

// Those that were not told before: a restart and a new set of secrets may bring others.
class Gaps {
 public:
  std::vector<Event> New(const Plan& plan);

 private:
  std::set<std::string> told_;  // their messages
};

// A `degraded` about secrets: what does not hold, in words.
Event SecretsGapEvent(const std::string& gap);

Event StartEvent(const Plan& plan, const Launched& launched, unsigned restarts);

// The next start, or why there is none.
Event RestartEvent(Milliseconds delay, unsigned restarts);
Event GaveUpEvent(unsigned restarts);
Event NotStartedAgainEvent(const Error& error);
Event KeeperLostEvent();
// Works, and is probably not meant so.
// A vault that changed while the application runs: which names, and what is done about it.
Event SecretsChangedEvent(const SecretChanges& changes, const OnChange& what);
// The application has ended, and this vault is what it cannot be started with.
Event SecretsAwaitedEvent(const Error& error);
// One that was not taken: the application keeps what it has.
Event SecretsKeptEvent(const Error& error);

Event WarningEvent(const std::string& warning);

struct ExitFacts {
  pid_t pid = 0;
  Ending ending;
  std::chrono::milliseconds uptime{0};
  CgroupUse use;
  std::uint64_t violations = 0;
  std::string reason;  // from ExplainEnding, or empty
};
Event ExitEvent(const ExitFacts& facts);

// What grew between two looks at the counters, one event each.
std::vector<Event> LimitEvents(const Plan& plan, const CgroupUse& before, const CgroupUse& now);

// A name of the profile that has no address, or has one again.
Event ResolveEvent(const ResolveChange& change);

}  // namespace nodeward
