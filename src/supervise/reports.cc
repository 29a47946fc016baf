#include "supervise/reports.h"

#include "base/text.h"
#include "events/codes.h"
#include "measures/capabilities.h"
#include "measures/measure.h"
#include "plan/in_force.h"

namespace nodeward {
namespace {

std::uint64_t Grown(const std::optional<std::uint64_t>& before,
                    const std::optional<std::uint64_t>& now) {
  if (!now) return 0;
  const std::uint64_t old = before.value_or(0);
  return *now > old ? *now - old : 0;
}

Event Limit(std::string message, std::string_view kind, std::string_view code, std::uint64_t count,
            std::string hint) {
  Event event{EventType::kLimit, Severity::kWarn, std::move(message), {}};
  event.With("kind", std::string(kind)).With("count", count);
  event.With("code", std::string(code)).With("hint", std::move(hint));
  return event;
}

constexpr std::string_view kOuter = "a larger limit where nodeward is started: ";

std::string MemoryLimit(const Setting<Size>& size, const HostReport& host) {
  if (!size && host.cgroup.inherited.memory == UINT64_MAX) return "inherited";
  if (!size) return "inherited: " + FormatSize(host.cgroup.inherited.memory);
  if (size->value.percent) {
    return FormatSize(static_cast<unsigned long long>(static_cast<double>(host.memory_total) *
                                                      *size->value.percent / 100));
  }
  return FormatSize(size->value.bytes);
}

std::vector<std::string> InForce(const Plan& plan) {
  std::vector<std::string> names;
  for (const Decision& decision : plan.decisions) {
    if (decision.outcome == Outcome::kSkip) continue;
    std::string name(Measures()[decision.measure].name);
    if (std::holds_alternative<Partial>(decision.support)) name += ": partial";
    if (std::holds_alternative<Unavailable>(decision.support)) name += ": missing";
    names.push_back(std::move(name));
  }
  return names;
}

// Refusals that nobody tells of: said, so that silence is not taken for peace.
std::vector<std::string> NotObservable(const Plan& plan) {
  if (!plan.launch.filter.listener)
    return {"every refused call: " + plan.host.seccomp.why_no_notif};
  std::vector<std::string> unseen;
  // seccomp(2): the strictest verdict wins, and an errno of another filter comes before a question.
  if (plan.launch.filter.filters_before > 0) {
    unseen.push_back("calls that the filter nodeward runs under (a container's) refuses by itself");
  }
  if (!plan.launch.landlock.wanted) return unseen;
  const auto& all = plan.profile.events.all_files;
  if (!all || !all->value) unseen.push_back("refused opens for reading ([events] files = \"all\")");
  unseen.push_back("refused mkdir, unlink, rename, link, truncate and the like");
  return unseen;
}

std::string InOneLine(const Error& error) {
  return error.where + (error.where.empty() ? "" : ": ") + error.what;
}

}  // namespace

std::vector<Event> GapEvents(const Plan& plan) {
  std::vector<Event> events;
  for (const Decision& decision : plan.decisions) {
    if (decision.outcome != Outcome::kDegrade) continue;
    const Gap gap = GapOf(decision.support);
    const std::string name(Measures()[decision.measure].name);
    Event event{EventType::kDegraded, Severity::kWarn, name + ": " + gap.missing, {}};
    event.With("kind", name).With("code", std::string(codes::kDegraded)).With("hint", gap.hint);
    events.push_back(std::move(event));
  }
  for (const std::string_view section : {"syscalls", "filesystem", "network"}) {
    if (EnforcementFor(plan.profile, section) != Enforcement::kPermissive) continue;
    const std::string name(section);
    Event event{EventType::kDegraded,
                Severity::kWarn,
                name + " is permissive: what its rules would refuse is told, and let through",
                {}};
    event.With("kind", name).With("code", std::string(codes::kDegraded));
    events.push_back(std::move(event.With("hint", "[" + name + "] enforcement = \"strict\"")));
  }
  for (const std::string& gap : plan.secrets.degraded) events.push_back(SecretsGapEvent(gap));
  const auto warn = [&](const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
      events.push_back(WarningEvent(warning));
    }
  };
  warn(plan.launch.warnings);
  warn(plan.secrets.warnings);
  return events;
}

std::vector<Event> Gaps::New(const Plan& plan) {
  std::vector<Event> gaps = GapEvents(plan);
  std::erase_if(gaps, [&](const Event& gap) { return !told_.insert(gap.message).second; });
  return gaps;
}

Event SecretsGapEvent(const std::string& gap) {
  Event event{EventType::kDegraded, Severity::kWarn, "secrets: " + gap, {}};
  event.With("kind", std::string("secrets")).With("code", std::string(codes::kDegraded));
  return event;
}

Event StartEvent(const Plan& plan, const Launched& launched, unsigned restarts) {
  const Observed& observed = launched.observed;
  const std::string& command = plan.launch.command.front();
  Event event{EventType::kStart, Severity::kInfo, {}, {}};
  event.message = command + " started as process " + std::to_string(launched.pid) + ", user " +
                  std::to_string(plan.launch.identity.uid);
  event.With("process.pid", std::int64_t{launched.pid}).With("process.command", command);
  event.With("process.executable.path", plan.launch.path);
  event.With("restarts", std::uint64_t{restarts}).With("measures", InForce(plan));
  // The attestation: read from /proc right before execve, not from what was asked for.
  for (Field& field : InForceFields(observed)) event.fields.push_back(std::move(field));
  if (plan.launch.landlock.wanted) {
    event.With("in_force.landlock_abi", std::int64_t{plan.launch.landlock.abi});
  }
  if (plan.masking.mask != nullptr) {
    event.With("masked", plan.masking.streams);
    if (!plan.masking.terminals.empty()) event.With("not_masked", plan.masking.terminals);
  }
  if (const auto unseen = NotObservable(plan); !unseen.empty()) {
    event.With("not_observable", unseen);
  }
  return event;
}

Event RestartEvent(Milliseconds delay, unsigned restarts) {
  Event event{EventType::kRestart,
              Severity::kWarn,
              "starts again in " + std::to_string(delay.count()) + " ms",
              {}};
  event.With("delay_ms", std::int64_t{delay.count()});
  return std::move(event.With("restarts", std::uint64_t{restarts}));
}

Event GaveUpEvent(unsigned restarts) {
  Event event{
      EventType::kExit,
      Severity::kError,
      "gave up restarting after " + std::to_string(restarts) + " restarts: look at the exits above",
      {}};
  return std::move(event.With("code", std::string(codes::kGaveUp)));
}

Event NotStartedAgainEvent(const Error& error) {
  Event event{EventType::kExit,
              Severity::kError,
              "the application could not be started again: " + InOneLine(error),
              {}};
  if (!error.hint.empty()) event.With("hint", error.hint);
  return std::move(event.With("code", std::string(codes::kGaveUp)));
}

Event KeeperLostEvent() {
  Event event{EventType::kExit,
              Severity::kError,
              "the keeper process ended; the application's tree was killed",
              {}};
  return std::move(event.With("code", std::string(codes::kKeeperLost)));
}

Event SecretsChangedEvent(const SecretChanges& changes, const OnChange& what) {
  Event event{EventType::kAlert, Severity::kInfo, "secrets: the vault has changed", {}};
  for (const auto& [list, verb] :
       {std::pair(&changes.changed, "changed"), std::pair(&changes.added, "added"),
        std::pair(&changes.removed, "removed")}) {
    if (list->empty()) continue;
    event.message += "; " + std::string(verb) + ": " + JoinWords(*list);
    event.With(std::string("secrets.") + verb, *list);
  }
  event.message += what.kind == OnChange::kRestart  ? "; it is started again with them"
                   : what.kind == OnChange::kUpdate ? "; the application gets them"
                                                    : "; the application is signalled";
  event.With("kind", std::string("secrets"));
  return std::move(event.With("code", std::string(codes::kSecretsChanged)));
}

Event SecretsAwaitedEvent(const Error& error) {
  Event event = SecretsKeptEvent(error);
  event.message =
      "secrets: the application is not started before the vault can be used: " + InOneLine(error);
  return event;
}

Event SecretsKeptEvent(const Error& error) {
  Event event{EventType::kAlert, Severity::kError, {}, {}};
  event.message =
      "secrets: the vault has changed and was not taken; the application keeps what it has: " +
      InOneLine(error);
  event.With("kind", std::string("secrets")).With("code", std::string(codes::kSecretsKept));
  if (!error.hint.empty()) event.With("hint", error.hint);
  return event;
}

Event WarningEvent(const std::string& warning) {
  Event event{EventType::kAlert, Severity::kWarn, warning, {}};
  event.With("kind", std::string("warning"));
  return std::move(event.With("code", std::string(codes::kWarning)));
}

Event ExitEvent(const ExitFacts& facts) {
  const Ending& ending = facts.ending;
  const bool failed = ending.ExitCode() != 0;
  Event event{EventType::kExit, failed ? Severity::kWarn : Severity::kInfo, {}, {}};
  event.message = "process " + std::to_string(facts.pid) + " ";
  event.message += ending.signalled ? "was ended by signal " + std::to_string(ending.value)
                                    : "exited with code " + std::to_string(ending.value);
  if (!facts.reason.empty()) event.message += ": " + facts.reason;
  event.With("process.pid", std::int64_t{facts.pid});
  event.With(ending.signalled ? "signal" : "process.exit.code", std::int64_t{ending.value});
  event.With("code", std::string(codes::kExited));
  event.With("uptime_ms", std::int64_t{facts.uptime.count()});
  event.With("violations", facts.violations);
  if (facts.use.memory_peak) event.With("memory_peak", *facts.use.memory_peak);
  if (facts.use.pids_peak) event.With("pids_peak", *facts.use.pids_peak);
  if (!facts.reason.empty()) event.With("reason", facts.reason);
  return event;
}

std::vector<Event> LimitEvents(const Plan& plan, const CgroupUse& before, const CgroupUse& now) {
  std::vector<Event> events;
  const LimitsSection& limits = plan.profile.limits;
  if (const auto count = Grown(before.oom_kills, now.oom_kills)) {
    events.push_back(Limit("the memory limit (" + MemoryLimit(limits.memory, plan.host) +
                               ") was reached: " + std::to_string(count) + " killed",
                           "memory", codes::kOutOfMemory, count,
                           limits.memory ? "[limits] memory, larger"
                                         : std::string(kOuter) + "docker run -m, MemoryMax="));
  }
  if (const auto count = Grown(before.pids_refused, now.pids_refused)) {
    const std::string limit = limits.pids
                                  ? std::to_string(limits.pids->value)
                                  : "inherited: " + std::to_string(plan.host.cgroup.inherited.pids);
    events.push_back(
        Limit("the process limit (" + limit + ") was reached: " + std::to_string(count) +
                  " forks or threads refused",
              "pids", codes::kPidsReached, count,
              limits.pids ? "[limits] pids, larger"
                          : std::string(kOuter) + "docker run --pids-limit, TasksMax="));
  }
  if (const auto count = Grown(before.throttled_periods, now.throttled_periods)) {
    const std::uint64_t held = Grown(before.throttled_usec, now.throttled_usec);
    events.push_back(Limit("the processor limit held it back in " + std::to_string(count) +
                               " periods, " + std::to_string(held / 1000) + " ms in all",
                           "cpu", codes::kThrottled, count,
                           limits.cpu ? "[limits] cpu, larger"
                                      : std::string(kOuter) + "docker run --cpus, CPUQuota="));
  }
  return events;
}

Event ResolveEvent(const ResolveChange& change) {
  const bool failed = !change.why.empty();
  Event event{EventType::kAlert, failed ? Severity::kWarn : Severity::kInfo, {}, {}};
  event.message = failed ? change.name + " does not resolve (" + change.why +
                               "): connections to it are refused until it does"
                         : change.name + " resolves again";
  event.With("kind", std::string("name")).With("server.address", change.name);
  event.With("code", std::string(codes::kUnresolved));
  return event;
}

}  // namespace nodeward
