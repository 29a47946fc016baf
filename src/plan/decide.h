// Policy in one place: what a profile demands joined with what a host supports. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measures/measure.h"

namespace nodeward {

enum class Outcome {
  kSkip,     // not asked for
  kApply,    // in force as asked
  kDegrade,  // best-effort or permissive: started with the gap, which is an event
  kRefuse,   // strict: the launch is refused
};

struct Decision {
  std::uint32_t measure = 0;  // index into Measures()
  Support support;
  Outcome outcome = Outcome::kSkip;
};

Outcome Decide(Enforcement enforcement, const Support& support);

// One for each measure, in the registry's order.
std::vector<Decision> DecideAll(const Profile& profile, const HostReport& host);

// What is missing and what would help; empty for Full.
struct Gap {
  std::string missing;
  std::string hint;
};
Gap GapOf(const Support& support);

}  // namespace nodeward
