#include <nlohmann/json.hpp>

#include "base/text.h"
#include "events/format.h"
#include "measures/cgroup_limits.h"
#include "supervise/reports.h"
#include "supervise/status.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
void Put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

Json Process(const StatusFacts& facts) {
  const Application& application = facts.application;
  if (application.pid == 0) return nullptr;
  return {{"pid", application.pid},
          {"uid", facts.plan.launch.identity.uid},
          {"uptime_ms", application.Uptime().count()}};
}

Json Exits(const Application& application) {
  Json exits = Json::array();
  for (const PastExit& past : application.exits) {
    Json exit = {{"time", FormatTime(past.time)}};
    exit[past.ending.signalled ? "signal" : "code"] = past.ending.value;
    exit["uptime_ms"] = past.uptime.count();
    if (!past.reason.empty()) exit["reason"] = EscapeForTerminal(past.reason);
    exits.push_back(std::move(exit));
  }
  return exits;
}

Json Limits(const StatusFacts& facts) {
  const AskedLimits asked = Asked(facts.plan.profile, facts.plan.host);
  const CgroupUse& use = facts.use;
  Json memory = Json::object();
  Put(memory, "limit", asked.memory);
  Put(memory, "current", use.memory_current);
  Put(memory, "peak", use.memory_peak);
  Put(memory, "oom_kills", use.oom_kills);
  Json pids = Json::object();
  Put(pids, "limit", asked.pids);
  Put(pids, "peak", use.pids_peak);
  Put(pids, "refused", use.pids_refused);
  Json cpu = Json::object();
  Put(cpu, "limit", asked.cpu);
  Put(cpu, "throttled_periods", use.throttled_periods);
  Put(cpu, "throttled_usec", use.throttled_usec);
  return {{"memory", memory}, {"pids", pids}, {"cpu", cpu}};
}

}  // namespace

std::string StatusJson(const StatusFacts& facts) {
  const Plan& plan = facts.plan;
  Json json = {{"name", plan.supervise.name},
               {"profile", EscapeForTerminal(plan.profile.path)},
               {"state", StateOf(facts.application)},
               {"ready", facts.ready},
               {"health", Name(facts.health)}};
  if (!facts.health_why.empty()) json["health_why"] = EscapeForTerminal(facts.health_why);
  json["process"] = Process(facts);
  json["restarts"] = facts.application.restarts;
  json["exits"] = Exits(facts.application);
  json["limits"] = Limits(facts);
  json["violations"] = {{"total", facts.violations}, {"by_code", facts.violations_by_code}};
  json["missing"] = Json::array();
  json["warnings"] = Json::array();
  for (const Event& gap : GapEvents(plan)) {
    json[gap.type == EventType::kDegraded ? "missing" : "warnings"].push_back(
        EscapeForTerminal(gap.message));
  }
  json["supervisor"] = {{"pid", facts.supervisor}, {"uptime_ms", facts.up.count()}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nodeward
