#include "cli/explain_live.h"

#include <climits>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <variant>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "host/proc.h"
#include "plan/in_force.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kLandlock =
    "the kernel shows no process's Landlock domain; the start event tells what the launch verified";

std::string AsText(const FieldValue& value) {
  struct Visitor {
    std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::string>& list) const {
      return list.empty() ? "none" : JoinWords(list);
    }
  };
  return std::visit(Visitor{}, value);
}

void PrintText(const Observed& observed, const std::vector<std::string>& deviating) {
  std::printf("in force on process %d, as the kernel tells it:\n\n", observed.pid);
  for (const Field& field : InForceFields(observed)) {
    const std::string name = field.name.substr(std::string_view("in_force.").size());
    std::printf("%-26s%s\n", name.c_str(), EscapeForTerminal(AsText(field.value)).c_str());
  }
  std::printf("%-26s%s\n", "landlock", kLandlock);
  std::printf("%-26s%d, %s\n", "threads", observed.threads,
              deviating.empty() ? "all alike" : "not all alike:");
  for (const std::string& thread : deviating) std::printf("%-26s%s\n", "", thread.c_str());
}

void PrintJson(const Observed& observed, const std::vector<std::string>& deviating) {
  Json json = {{"process.pid", observed.pid}};
  for (const Field& field : InForceFields(observed)) {
    std::visit([&](const auto& value) { json[field.name] = value; }, field.value);
  }
  json["landlock"] = kLandlock;
  json["threads"] = observed.threads;
  json["deviating"] = deviating;
  std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

}  // namespace

int ExplainLiveCommand(const std::string& process, bool json) {
  const auto number = ParseNumber(process);
  if (!number || *number == 0 || *number > INT_MAX) {
    return PrintErrors({{"\"" + process + "\" is not the number of a process",
                         {},
                         "nodeward explain --live PID, of the start event's process.pid"}});
  }
  const auto pid = static_cast<pid_t>(*number);
  const auto observed = Observe(pid);
  if (!observed) return PrintErrors({observed.error()});
  const auto deviating = DeviatingThreads(pid);
  if (!deviating) return PrintErrors({deviating.error()});
  json ? PrintJson(*observed, *deviating) : PrintText(*observed, *deviating);
  return 0;
}

}  // namespace nodeward
