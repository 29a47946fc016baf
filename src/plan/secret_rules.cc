#include "plan/secret_rules.h"

#include <regex.h>

#include <algorithm>
#include <ctime>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr Day kSecondsOfADay = 24 * 3600;

// A POSIX extended expression on the value's own bytes. Not std::regex, which recurses once for
// each byte and backtracks: a value of 128 KiB overruns the stack. regexec(3) walks an automaton,
// since back references are refused (profile/reader_names.cc), and makes no copy of the value in
// the C locale, which nodeward never leaves.
bool Matches(std::string_view value, const std::string& pattern) {
  regex_t compiled{};
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED) != 0) return false;
  SecretBuffer text(value.size() + 1);  // with a NUL at its end
  std::ranges::copy(value, text.data());
  const bool matches = regexec(&compiled, text.view().data(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

std::string Days(Day count) { return std::to_string(count) + (count == 1 ? " day" : " days"); }

void HoldAge(const Secret& secret, std::uint32_t most, Day today, RuleFindings& findings) {
  const auto day = ParseDay(secret.changed);
  if (!day || *day > today) {
    findings.warnings.push_back(
        "the age of \"" + secret.name + "\" cannot be held to " + Days(most) + ": its vault has " +
        (day ? "a day of the future" : "no day") + " for it, which nodeward vault set writes");
    return;
  }
  if (today - *day <= static_cast<Day>(most)) return;
  findings.aged.push_back(secret.name + " is " + Days(today - *day) + " old, and may be " +
                          std::to_string(most));
}

void HoldOne(const Secret& secret, const SecretRule& rule, Day today, RuleFindings& findings) {
  if (rule.min_length && secret.value.size() < *rule.min_length) {
    findings.broken.push_back(secret.name + " is shorter than " + std::to_string(*rule.min_length) +
                              " bytes");
  }
  if (rule.pattern && !Matches(secret.value.view(), *rule.pattern)) {
    findings.broken.push_back(secret.name + " does not match its pattern");
  }
  if (rule.max_age) HoldAge(secret, *rule.max_age, today, findings);
}

}  // namespace

Day Today() { return std::time(nullptr) / kSecondsOfADay; }

std::optional<Day> ParseDay(std::string_view text) {
  const std::string copy(text);
  std::tm day{};
  const char* end = strptime(copy.c_str(), "%Y-%m-%d", &day);
  if (end == nullptr || end != copy.c_str() + copy.size()) return std::nullopt;
  return timegm(&day) / kSecondsOfADay;
}

RuleFindings HoldAgainstRules(const Profile& profile, const Secrets& secrets, Day today) {
  RuleFindings findings;
  for (const auto& [name, rule] : profile.secrets.rules) {
    const auto found = std::ranges::lower_bound(secrets, name, {}, &Secret::name);
    if (found == secrets.end() || found->name != name) {
      findings.warnings.push_back("[secrets.rules] has a rule on \"" + name +
                                  "\", which no vault has");
      continue;
    }
    HoldOne(*found, rule, today, findings);
  }
  return findings;
}

std::string DescribeRule(const SecretRule& rule) {
  std::vector<std::string> words;
  if (rule.min_length) words.push_back("at least " + std::to_string(*rule.min_length) + " bytes");
  if (rule.pattern) words.push_back("of the pattern " + *rule.pattern);
  if (rule.max_age) words.push_back("at most " + Days(*rule.max_age) + " old");
  return JoinWords(words);
}

}  // namespace nodeward
