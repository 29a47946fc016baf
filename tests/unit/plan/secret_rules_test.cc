// Rules on values, and values that everybody knows.
#include "plan/secret_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace nodeward {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Day kToday = *ParseDay("2026-03-01");

Secret Make(std::string name, std::string_view value, std::string changed = "") {
  return {std::move(name), SecretBuffer::Copy(value), std::move(changed)};
}

RuleFindings Hold(const SecretRule& rule, std::string_view value, std::string changed = "") {
  Profile profile;
  profile.secrets.rules["TOKEN"] = rule;
  Secrets secrets;
  secrets.push_back(Make("OTHER", ""));
  secrets.push_back(Make("TOKEN", value, std::move(changed)));
  return HoldAgainstRules(profile, secrets, kToday);
}

std::vector<std::string> Broken(const std::string& pattern, std::string_view value) {
  return Hold({.pattern = pattern}, value).broken;
}

TEST(SecretRules, DaysAreCounted) {
  EXPECT_EQ(ParseDay("1970-01-01"), 0);
  EXPECT_EQ(ParseDay("1970-02-01"), 31);
  EXPECT_EQ(ParseDay("2024-03-01"), *ParseDay("2024-02-28") + 2) << "a leap year";
  for (const char* text : {"", "x", "2026-13-01", "2026-01-01 ", "2026-01-01T00:00", "yesterday"}) {
    EXPECT_EQ(ParseDay(text), std::nullopt) << text;
  }
}

TEST(SecretRules, ALengthIsInBytes) {
  EXPECT_THAT(Hold({.min_length = 4}, "abcd").broken, IsEmpty());
  EXPECT_THAT(Hold({.min_length = 4}, "\xc3\xa9\xc3\xa9").broken, IsEmpty());
  EXPECT_THAT(Hold({.min_length = 4}, "abc").broken, ElementsAre("TOKEN is shorter than 4 bytes"));
  EXPECT_THAT(Hold({.min_length = 1}, "").broken, ElementsAre("TOKEN is shorter than 1 bytes"));
}

TEST(SecretRules, APatternIsOfTheWholeValueWhereItSaysSo) {
  const std::string pattern = "^[A-Za-z0-9]+$";
  EXPECT_THAT(Broken(pattern, "abcXYZ09"), IsEmpty());
  for (const std::string_view value : {"", "abc ", "abc\n", "ab-c", "abc\ndef"}) {
    EXPECT_THAT(Broken(pattern, value), ElementsAre("TOKEN does not match its pattern")) << value;
  }
  EXPECT_THAT(Broken("b", "abc"), IsEmpty()) << "anywhere, where it says nothing else";
  EXPECT_THAT(Broken("^(sk|pk)_(live|test)_[[:alnum:]]{4,}$", "sk_live_0aZ9"), IsEmpty());
  EXPECT_THAT(Broken("^.{3}$", "\xff\xfe\x01"), IsEmpty()) << "of bytes, whatever they are";
}

TEST(SecretRules, APatternNeverTakesLong) {
  // What a backtracking matcher never ends, or overruns its stack at.
  const std::string longest(128 * 1024, 'a');
  EXPECT_THAT(Broken("^(a+)+$", longest), IsEmpty());
  EXPECT_THAT(Broken("^(a+)+b$", longest), Not(IsEmpty()));
  EXPECT_THAT(Broken("^(a|aa|a?)*b$", longest), Not(IsEmpty()));
}

TEST(SecretRules, AnAge) {
  const SecretRule rule{.max_age = 90};
  EXPECT_THAT(Hold(rule, "x", "2025-12-01").aged, IsEmpty()) << "90 days to the day";
  const auto old = Hold(rule, "x", "2025-11-30");
  EXPECT_THAT(old.aged, ElementsAre("TOKEN is 91 days old, and may be 90"));
  EXPECT_THAT(old.broken, IsEmpty());
  EXPECT_THAT(Hold(rule, "x").warnings, ElementsAre(HasSubstr("its vault has no day")));
  EXPECT_THAT(Hold(rule, "x", "soon").warnings, ElementsAre(HasSubstr("its vault has no day")));
  EXPECT_THAT(Hold(rule, "x", "2026-03-02").warnings,
              ElementsAre(HasSubstr("its vault has a day of the future")));
}

TEST(SecretRules, EveryRuleIsHeldAndNoValueTold) {
  const auto found =
      Hold({.min_length = 9, .pattern = "^[0-9]+$", .max_age = 1}, "hidden", "2026-01-01");
  EXPECT_THAT(found.broken,
              ElementsAre("TOKEN is shorter than 9 bytes", "TOKEN does not match its pattern"));
  EXPECT_EQ(found.aged.size(), 1u);
  for (const auto& list : {found.broken, found.aged, found.warnings}) {
    EXPECT_THAT(list, Not(Contains(HasSubstr("hidden"))));
  }
}

TEST(SecretRules, ARuleOnANameThatIsNotThereIsSaid) {
  Profile profile;
  profile.secrets.rules["TOKNE"] = {.min_length = 4};
  Secrets secrets;
  secrets.push_back(Make("TOKEN", "abcd"));
  EXPECT_THAT(HoldAgainstRules(profile, secrets, kToday).warnings,
              ElementsAre(HasSubstr("\"TOKNE\", which no vault has")));
}

TEST(SecretRules, ARuleInWords) {
  EXPECT_EQ(DescribeRule({.min_length = 32, .pattern = "^x$", .max_age = 90}),
            "at least 32 bytes, of the pattern ^x$ and at most 90 days old");
}

TEST(WeakValues, TheTableIsLowerCaseAndSorted) {
  const auto weak = WeakValues();
  EXPECT_TRUE(std::ranges::is_sorted(weak));
  EXPECT_EQ(std::ranges::adjacent_find(weak), weak.end());
  for (const std::string_view value : weak) {
    EXPECT_TRUE(std::ranges::none_of(value, [](char c) { return c >= 'A' && c <= 'Z'; })) << value;
  }
}

TEST(WeakValues, EachIsKnownInAnyCase) {
  for (const std::string_view value : WeakValues()) {
    std::string upper(value);
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const std::string& text : {std::string(value), upper, std::string(value) + "\n"}) {
      EXPECT_THAT(WarnAboutWeakness(Make("TOKEN", text)), HasSubstr("\"TOKEN\" is a placeholder"))
          << text;
    }
    EXPECT_EQ(WarnAboutWeakness(Make("TOKEN", std::string(value) + "-8Zq3")), "") << value;
  }
}

TEST(WeakValues, TheSamplesOfTutorials) {
  for (const char* value :
       {"changeme", "password", "your-256-bit-secret", "keyboard cat", "secret", "shhhhh",
        "mysecretpassword", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}) {
    EXPECT_THAT(WarnAboutWeakness(Make("TOKEN", value)), HasSubstr("placeholder")) << value;
  }
}

TEST(WeakValues, Repetition) {
  for (const std::string_view value : {"xxx", "aaaaaaaaaaaaaaaa", "--------"}) {
    EXPECT_THAT(WarnAboutWeakness(Make("TOKEN", value)), HasSubstr("one character")) << value;
  }
  for (const std::string_view value :
       {"abababab", "abcabcabcabc", "1234123412341234", "abcdabcdabcdabcdab"}) {
    EXPECT_THAT(WarnAboutWeakness(Make("TOKEN", value)), HasSubstr("same few characters")) << value;
  }
  for (const std::string_view value :
       {"", "x", "xx", "abab", "aab", "8f14e45fceea167a5a36dedd4bea2543", "3000"}) {
    EXPECT_EQ(WarnAboutWeakness(Make("TOKEN", value)), "") << value;
  }
}

}  // namespace
}  // namespace nodeward
