#include "supervise/status.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "measures/cgroup_limits.h"
#include "supervise/reports.h"

namespace nodeward {
namespace {

std::string Line(std::string_view name, const std::string& text) {
  constexpr std::size_t kWidth = 12;
  std::string line(name);
  line.resize(std::max(kWidth, line.size() + 1), ' ');
  return line + EscapeForTerminal(text) + "\n";
}

// "12 s", "3 min 5 s", "2 h 7 min", "4 d 1 h".
std::string Duration(Milliseconds time) {
  const auto seconds = time.count() / 1000;
  const auto two = [](auto large, const char* unit, auto small, const char* part) {
    return std::to_string(large) + unit + std::to_string(small) + part;
  };
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return two(seconds / 60, " min ", seconds % 60, " s");
  if (seconds < 86400) return two(seconds / 3600, " h ", seconds / 60 % 60, " min");
  return two(seconds / 86400, " d ", seconds / 3600 % 24, " h");
}

std::string Processors(double count) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", count);
  return text.data();
}

std::string ExitText(const PastExit& exit) {
  std::string text = exit.ending.signalled ? "signal " : "code ";
  text += std::to_string(exit.ending.value) + " after " + Duration(exit.uptime);
  return exit.reason.empty() ? text : text + ": " + exit.reason;
}

std::string LimitsText(const StatusFacts& facts) {
  const AskedLimits asked = Asked(facts.plan.profile, facts.plan.host);
  const CgroupUse& use = facts.use;
  std::vector<std::string> parts;
  if (asked.memory) {
    std::string part = "memory " + FormatSize(*asked.memory);
    if (use.memory_current) part += ", " + FormatSize(*use.memory_current) + " in use";
    if (use.memory_peak) part += ", peak " + FormatSize(*use.memory_peak);
    parts.push_back(std::move(part));
  }
  if (asked.pids) {
    std::string part = "pids " + std::to_string(*asked.pids);
    if (use.pids_peak) part += ", peak " + std::to_string(*use.pids_peak);
    parts.push_back(std::move(part));
  }
  if (asked.cpu) {
    std::string part = "cpu " + Processors(*asked.cpu);
    const std::uint64_t throttled = use.throttled_periods.value_or(0);
    if (throttled > 0) part += ", held back in " + std::to_string(throttled) + " periods";
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return "none asked for";
  std::string text = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) text += "; " + parts[i];
  return text;
}

std::string ViolationsText(const StatusFacts& facts) {
  std::vector<std::string> codes;
  for (const auto& [code, count] : facts.violations_by_code) {
    codes.push_back(code + " " + std::to_string(count));
  }
  if (codes.empty()) return std::to_string(facts.violations);
  return std::to_string(facts.violations) + " (" + JoinWords(codes) + ")";
}

std::string StateText(const StatusFacts& facts) {
  std::string text(StateOf(facts.application));
  text += facts.ready ? ", ready" : ", not ready";
  if (facts.health == Health::kUnchecked) return text;
  text += ", " +
          std::string(facts.health == Health::kStarting ? "not checked yet" : Name(facts.health));
  return facts.health_why.empty() ? text : text + ": " + facts.health_why;
}

}  // namespace

std::string_view StateOf(const Application& application) {
  if (application.pid == 0) return "restarting";
  if (application.ending) return "stopping";
  return application.paused ? "paused" : "running";
}

bool IsHealthy(const StatusFacts& facts) {
  const Application& application = facts.application;
  if (application.pid == 0 || application.ending || application.paused || !facts.ready) {
    return false;
  }
  return facts.health == Health::kUnchecked || facts.health == Health::kHealthy;
}

std::string StatusWord(const StatusFacts& facts) {
  return IsHealthy(facts) ? "healthy\n" : EscapeForTerminal(StateText(facts)) + "\n";
}

std::string StatusText(const StatusFacts& facts) {
  const Plan& plan = facts.plan;
  const Application& application = facts.application;
  std::string text = Line("name", plan.supervise.name);
  text += Line("profile", plan.profile.path);
  text += Line("state", StateText(facts));
  if (application.pid != 0) {
    text += Line("process", std::to_string(application.pid) + ", user " +
                                std::to_string(plan.launch.identity.uid) + ", up " +
                                Duration(application.Uptime()));
  }
  text += Line("restarts", std::to_string(application.restarts));
  for (auto exit = application.exits.rbegin(); exit != application.exits.rend(); ++exit) {
    text += Line(exit == application.exits.rbegin() ? "exits" : "", ExitText(*exit));
  }
  text += Line("limits", LimitsText(facts));
  text += Line("violations", ViolationsText(facts));
  for (const Event& gap : GapEvents(plan)) {
    text += Line(gap.type == EventType::kDegraded ? "missing" : "warning", gap.message);
  }
  return text + Line("supervisor", std::to_string(facts.supervisor) + ", up " + Duration(facts.up));
}

}  // namespace nodeward
