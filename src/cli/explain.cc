#include "cli/explain.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "cli/own_memory.h"
#include "plan/explain.h"
#include "supervise/own_confinement.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

bool Colours() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

std::string Paint(const std::string& state) {
  constexpr std::size_t kWidth = 12;
  std::string padded = state;
  padded.resize(std::max(state.size(), kWidth), ' ');
  if (!Colours()) return padded;
  const char* colour = state == "full" ? "\x1b[32m" : state == "off" ? "\x1b[2m" : "\x1b[33m";
  return colour + padded + "\x1b[0m";
}

void PrintRow(const ExplainedMeasure& row) {
  std::string name = row.name;
  name.resize(std::max<std::size_t>(name.size(), 14), ' ');
  std::printf("%s%s%s\n", name.c_str(), Paint(row.state).c_str(),
              EscapeForTerminal(row.what).c_str());
  constexpr const char* kIndent = "                          ";
  for (const std::string& line : row.lines) {
    std::printf("%s%s\n", kIndent, EscapeForTerminal(line).c_str());
  }
  if (!row.missing.empty()) {
    std::printf("%s%s: %s\n", kIndent, row.refuses ? "refuses" : "missing",
                EscapeForTerminal(row.missing).c_str());
  }
  if (!row.hint.empty()) std::printf("%stry: %s\n", kIndent, EscapeForTerminal(row.hint).c_str());
}

Json ToJson(const ExplainedMeasure& row) {
  Json json = {{"measure", row.name}, {"state", row.state}, {"what", EscapeForTerminal(row.what)}};
  json["lines"] = Json::array();
  for (const std::string& line : row.lines) json["lines"].push_back(EscapeForTerminal(line));
  if (!row.missing.empty()) json["missing"] = EscapeForTerminal(row.missing);
  if (!row.hint.empty()) json["hint"] = EscapeForTerminal(row.hint);
  json["refuses"] = row.refuses;
  return json;
}

void Print(const std::vector<ExplainedMeasure>& rows, const std::string& profile, bool starts,
           bool json) {
  if (json) {
    Json all = {{"profile", EscapeForTerminal(profile)}, {"starts", starts}};
    for (const ExplainedMeasure& row : rows) all["measures"].push_back(ToJson(row));
    std::printf("%s\n", all.dump(2).c_str());
    return;
  }
  std::printf("profile %s on this host:\n\n", EscapeForTerminal(profile).c_str());
  for (const ExplainedMeasure& row : rows) PrintRow(row);
  std::printf("\n%s\n", starts ? "run would start" : "run would refuse (exit 125)");
}

}  // namespace

int ExplainCommand(const RunOptions& options, bool json) {
  HideOwnMemory();
  auto request = MakeRequest(options);
  if (!request) return PrintErrors(request.error());
  const std::string profile = request->profile.path;
  auto rows = ExplainAll(request->profile, request->host);
  rows.push_back(ExplainOwnConfinement(request->profile, request->host));
  auto script = ExplainScript(request->command, request->profile);
  bool refuses = script && script->refuses;
  for (const ExplainedMeasure& row : rows) refuses = refuses || row.refuses;
  Errors errors;
  // Without a plan, as far as it can be told.
  const bool port = std::getenv("PORT") != nullptr;
  SupervisePlan supervision =
      PlanSupervision(request->profile, request->host, request->command, port);
  if (!refuses) {  // what only the preparation finds: a user or group that is not there, a bad call
    const bool named = !request->command.empty();
    if (!named) request->command = {"/proc/self/exe"};
    auto plan = MakePlan(std::move(*request), LaunchPlan{}, false);
    if (!plan) errors = plan.error();
    if (plan && named) supervision = std::move(plan->supervise);
  }
  rows.push_back(ExplainSupervision(supervision));
  if (script) rows.insert(rows.begin(), std::move(*script));
  Print(rows, profile, !refuses && errors.empty(), json);
  std::fflush(stdout);
  if (!errors.empty()) return PrintErrors(errors);
  return refuses ? kExitRefused : 0;
}

}  // namespace nodeward
