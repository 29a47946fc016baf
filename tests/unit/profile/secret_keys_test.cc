// The keys of [secrets]: what is taken, and the message of what is not.
#include <gtest/gtest.h>

#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

TEST(SecretKeys, VaultsAreOneOrSeveral) {
  const auto vaults = [](const std::string& value) {
    const auto applied = ApplyText("[secrets]\nvault = " + value + "\n");
    std::vector<std::string> paths;
    EXPECT_EQ(Printed(applied.errors), "");
    for (const Text& vault : *applied.profile.secrets.vaults) paths.push_back(vault.value);
    return paths;
  };
  EXPECT_EQ(vaults("\"/x/a.age\""), (std::vector<std::string>{"/x/a.age"}));
  EXPECT_EQ(vaults("[\"/x/a.age\", \"/y/../b.age\"]"),
            (std::vector<std::string>{"/x/a.age", "/b.age"}));
  EXPECT_EQ(vaults("[]"), std::vector<std::string>{});
}

TEST(SecretKeys, RulesOnSecrets) {
  const auto applied = ApplyText(
      "[secrets]\nidentity = \"fd:3\"\npassphrase = \"fd:004\"\n"
      "[secrets.rules]\nA = { min_length = 32, pattern = '^\\\\\\\\1+$', max_age = \"90d\" }\nB = "
      "{}\n");
  ASSERT_EQ(Printed(applied.errors), "");
  const auto& rules = applied.profile.secrets.rules;
  EXPECT_EQ(rules.at("A").min_length, 32u);
  EXPECT_EQ(rules.at("A").pattern, "^\\\\\\\\1+$") << "a backslash and a digit is no reference";
  EXPECT_EQ(rules.at("A").max_age, 90u);
  EXPECT_FALSE(rules.at("B").min_length || rules.at("B").pattern || rules.at("B").max_age);
  EXPECT_EQ(applied.profile.secrets.identity->value, "fd:3");
  EXPECT_EQ(applied.profile.secrets.passphrase->value, "fd:4");
}

struct Refusal {
  const char* line;
  const char* message;
};

TEST(SecretKeys, WhatIsNoValueIsRefused) {
  for (const Refusal& refusal :
       {Refusal{"vault = 5", "secrets.vault: must be a string or a list of strings"},
        Refusal{"vault = [\"/a\", 5]", "secrets.vault: must be a string"},
        Refusal{"vault = [\"/a\", \"/b\", \"/b/../a\"]", "secrets.vault: \"/a\" is listed twice"},
        Refusal{"identity = \"fd:2\"",
                "secrets.identity: \"fd:2\" is not fd: and a descriptor from 3 to 1023"},
        Refusal{"passphrase = \"hunter2\"",
                "secrets.passphrase: \"hunter2\" is not fd: and a descriptor"},
        Refusal{"rules = 5", "secrets.rules: must be a table"},
        Refusal{"rules = { T = 5 }", "secrets.rules: the rule on T must be a table"},
        Refusal{"rules = { \"A-B\" = {} }", "secrets.rules: \"A-B\" is not a secret's name"},
        Refusal{"rules = { T = { min_lenght = 5 } }", "secrets.rules: unknown key \"min_lenght\""},
        Refusal{"rules = { T = { min_length = 0 } }",
                "secrets.rules: min_length: must be a number of bytes"},
        Refusal{"rules = { T = { min_length = \"5\" } }",
                "secrets.rules: min_length: must be a number of bytes"},
        Refusal{"rules = { T = { pattern = \"(\" } }",
                "secrets.rules: pattern: \"(\" is no POSIX extended regular expression"},
        Refusal{"rules = { T = { pattern = '(a)\\1' } }",
                "secrets.rules: pattern: has a back reference"},
        Refusal{"rules = { T = { max_age = \"90\" } }",
                "secrets.rules: max_age: must be a number of days"},
        Refusal{"rules = { T = { max_age = \"0d\" } }",
                "secrets.rules: max_age: must be a number of days"}}) {
    const auto applied = ApplyText(std::string("[secrets]\n") + refusal.line + "\n");
    const std::string printed = Printed(applied.errors);
    EXPECT_EQ(applied.errors.size(), 1u) << printed;
    EXPECT_NE(printed.find(refusal.message), std::string::npos) << printed;
    EXPECT_EQ(printed.rfind("nodeward: app.toml:2:", 0), 0u) << printed;
  }
}

}  // namespace
}  // namespace nodeward
