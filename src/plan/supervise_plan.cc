#include "plan/supervise_plan.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "host/app_folder.h"
#include "profile/names.h"

namespace nodeward {
namespace {

// What is left of `text` as a supervisor's name.
std::string NameFrom(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool fits = IsSupervisorName(name + c);
    if (fits) name += c;
    if (!fits && !name.empty() && name.size() < kLongestSupervisorName) name += '-';
  }
  return name;
}

// The profile's file, else the script, else the program: "api" of /etc/nodeward/api.toml, "server"
// of `node server.js`.
std::string SupervisorName(const Profile& profile, const std::vector<std::string>& command) {
  if (profile.supervise.name) return profile.supervise.name->value;
  std::string from;
  if (!profile.files.empty()) {
    from = profile.path;
  } else if (!command.empty()) {
    from = command.front();
    const bool node = std::filesystem::path(from).stem() == "node";
    const std::string_view script = node ? ScriptArgument(command) : "";
    if (!script.empty()) from = script;
  }
  std::string name = NameFrom(std::filesystem::path(from).stem().string());
  return name.empty() ? "nodeward" : name;
}

std::optional<HealthPlan> PlanHealth(const HealthSection& section, bool outer) {
  if (!section.http && !section.tcp) return std::nullopt;
  const auto target =
      section.http ? ParseHttpCheck(section.http->value) : ParseTcpCheck(section.tcp->value);
  if (!target) return std::nullopt;  // the profile was checked: it is one
  HealthPlan plan;
  plan.target = *target;
  plan.on_unhealthy = outer ? OnUnhealthy::kExit : OnUnhealthy::kRestart;
  if (section.interval) plan.interval = section.interval->value;
  if (section.timeout) plan.timeout = section.timeout->value;
  plan.timeout = std::min(plan.timeout, plan.interval);
  plan.start = section.start ? section.start->value : Milliseconds(10'000);
  if (section.failures) plan.failures = static_cast<unsigned>(section.failures->value);
  if (section.on_unhealthy) plan.on_unhealthy = section.on_unhealthy->value;
  return plan;
}

// The surest sign that is there: what the application says, what it answers, that it listens. A
// worker, which does none of it, is ready when it runs.
ReadyWhen ReadyFor(const Profile& profile, const SupervisePlan& plan, bool port) {
  if (profile.supervise.ready) return profile.supervise.ready->value;
  if (plan.notify) return ReadyWhen::kNotify;
  if (plan.health) return ReadyWhen::kHealth;
  const TextList& listen = profile.network.listen;
  const bool listens = listen ? !listen->empty() : port;
  return listens ? ReadyWhen::kListen : ReadyWhen::kExec;
}

}  // namespace

bool HasOuterRestarter(const HostReport& host) {
  return host.pid1 || host.under_systemd || host.container == "kubernetes";
}

SupervisePlan PlanSupervision(const Profile& profile, const HostReport& host,
                              const std::vector<std::string>& command, bool port) {
  const SuperviseSection& section = profile.supervise;
  SupervisePlan plan;
  plan.name = SupervisorName(profile, command);
  // Restarts nest and multiply: where something outside restarts nodeward, nodeward itself does
  // not.
  const bool outer = HasOuterRestarter(host);
  plan.restart = outer ? RestartWhen::kNever : RestartWhen::kOnFailure;
  if (section.restart) plan.restart = section.restart->value;
  if (section.backoff) plan.backoff = section.backoff->value;
  if (section.give_up) plan.give_up = section.give_up->value;
  if (section.stop_signal) plan.stop_signal = section.stop_signal->value;
  if (section.stop_timeout) plan.stop_timeout = section.stop_timeout->value;
  if (section.stop_delay) plan.stop_delay = section.stop_delay->value;
  if (section.termination_message) plan.termination_message = section.termination_message->value;
  const bool speaks = section.ready && section.ready->value == ReadyWhen::kNotify;
  plan.notify = section.notify ? section.notify->value : speaks;
  plan.health = PlanHealth(section.health, outer);
  plan.ready = ReadyFor(profile, plan, port);
  return plan;
}

}  // namespace nodeward
