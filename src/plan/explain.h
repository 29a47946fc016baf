// What `run` would do on this host, measure by measure: rows for cli/ to render. Starts nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/decide.h"
#include "plan/supervise_plan.h"

namespace nodeward {

struct ExplainedMeasure {
  std::string name;
  std::string state;  // "full", "partial", "unavailable", "off"
  std::string what;
  std::vector<std::string> lines;
  std::string missing;  // partial and unavailable
  std::string hint;
  bool refuses = false;  // strict: `run` would not start
};

// Every measure in the registry's order, then secrets.
std::vector<ExplainedMeasure> ExplainAll(const Profile& profile, const HostReport& host);

// [supervise], as a row behind the measures.
ExplainedMeasure ExplainSupervision(const SupervisePlan& plan);

// `npm start` and its like: the command that would run instead. Nothing for any other command.
std::optional<ExplainedMeasure> ExplainScript(const std::vector<std::string>& command,
                                              const Profile& profile);

}  // namespace nodeward
