#include "plan/decide.h"

namespace nodeward {

Outcome Decide(Enforcement enforcement, const Support& support) {
  if (std::holds_alternative<Full>(support)) return Outcome::kApply;
  return enforcement == Enforcement::kStrict ? Outcome::kRefuse : Outcome::kDegrade;
}

std::vector<Decision> DecideAll(const Profile& profile, const HostReport& host) {
  std::vector<Decision> decisions;
  const auto measures = Measures();
  for (std::uint32_t i = 0; i < measures.size(); ++i) {
    Decision decision{i, Full{}, Outcome::kSkip};
    if (measures[i].wanted(profile)) {
      decision.support = measures[i].support(profile, host);
      decision.outcome = Decide(EnforcementFor(profile, measures[i].section), decision.support);
    }
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

Gap GapOf(const Support& support) {
  if (const auto* partial = std::get_if<Partial>(&support))
    return {partial->missing, partial->hint};
  if (const auto* none = std::get_if<Unavailable>(&support)) return {none->why, none->hint};
  return {};
}

}  // namespace nodeward
