#include "plan/explain.h"
#include "plan/supervise_plan.h"

namespace nodeward {
namespace {

std::string Time(Milliseconds time) {
  const auto count = time.count();
  if (count % 60'000 == 0 && count > 0) return std::to_string(count / 60'000) + " min";
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

std::string Restarts(RestartWhen when) {
  switch (when) {
    case RestartWhen::kNever:
      return "not started again when it ends";
    case RestartWhen::kOnFailure:
      return "started again when it fails";
    case RestartWhen::kAlways:
      return "started again when it ends";
  }
  return {};
}

std::string Ready(const SupervisePlan& plan) {
  switch (plan.ready) {
    case ReadyWhen::kExec:
      return "ready when it runs";
    case ReadyWhen::kListen:
      return "ready when it listens";
    case ReadyWhen::kHealth:
      return "ready with its first good health check";
    case ReadyWhen::kNotify:
      return "ready when it says so (sd_notify)";
  }
  return {};
}

std::string Checked(const HealthPlan& health) {
  std::string line = health.target.path.empty()
                         ? "checked by connecting to " + health.target.Authority()
                         : "checked by http://" + health.target.Authority() + health.target.path;
  line += " every " + Time(health.interval) + ", for at most " + Time(health.timeout) + ", after " +
          Time(health.start) + " to start; " + std::to_string(health.failures) + " failures ";
  switch (health.on_unhealthy) {
    case OnUnhealthy::kRestart:
      return line + "start it again";
    case OnUnhealthy::kExit:
      return line + "end it and nodeward (exit code 1)";
    case OnUnhealthy::kEvent:
      return line + "are an event";
  }
  return line;
}

}  // namespace

ExplainedMeasure ExplainSupervision(const SupervisePlan& plan) {
  ExplainedMeasure row;
  row.name = "supervise";
  row.state = "full";
  row.what = Restarts(plan.restart) + ", " + Ready(plan);
  row.lines.push_back("`nodeward status " + plan.name + "` asks how it is");
  if (plan.health) row.lines.push_back(Checked(*plan.health));
  if (plan.notify) row.lines.push_back("it gets a NOTIFY_SOCKET of its own");
  if (plan.stop_delay.count() > 0) {
    row.lines.push_back("asked to stop " + Time(plan.stop_delay) +
                        " after nodeward is, not ready "
                        "meanwhile");
  }
  if (!plan.termination_message.empty()) {
    row.lines.push_back("why it ended is written to " + plan.termination_message);
  }
  return row;
}

}  // namespace nodeward
