// What `run` would do on this host, measure by measure: rows for cli/ to render. Starts nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/decide.h"

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

// Every measure in the registry's order, then secrets, supervision and what this version lacks.
std::vector<ExplainedMeasure> ExplainAll(const Profile& profile, const HostReport& host);

}  // namespace nodeward
