// What [secrets.rules] asks of values, and values that are weak whatever the profile says. Parent
// only; no message holds a value or a part of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profile/profile.h"
#include "vault/vault.h"

namespace nodeward {

// Whole days since 1970-01-01, UTC.
using Day = std::int64_t;
Day Today();
// "2026-01-31" as a vault has it; nullopt for anything else.
std::optional<Day> ParseDay(std::string_view text);

struct RuleFindings {
  std::vector<std::string> broken;  // "JWT_SECRET is shorter than 32 bytes"
  std::vector<std::string> aged;    // "JWT_SECRET is 120 days old, and may be 90"
  std::vector<std::string> warnings;
};
// Each rule on each of the secrets. A rule that says nothing here is a warning: on a name that no
// vault has, on the age of a secret that has no day.
RuleFindings HoldAgainstRules(const Profile& profile, const Secrets& secrets, Day today);

// "at least 32 bytes, in its pattern, at most 90 days old"
std::string DescribeRule(const SecretRule& rule);

// Why a value is easily guessed, in words that name the secret, or empty: placeholders, samples of
// documentation, one thing again and again.
std::string WarnAboutWeakness(const Secret& secret);

// The placeholders and samples: lower case, sorted.
std::vector<std::string_view> WeakValues();

}  // namespace nodeward
