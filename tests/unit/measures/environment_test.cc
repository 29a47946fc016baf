// What of nodeward's own environment, of the profile and of the vault reaches the application.
#include "measures/environment.h"
#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "measures/rows.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const char* const kDangerousNames[] = {"NODE_OPTIONS",
                                       "NODE_PATH",
                                       "NODE_TLS_REJECT_UNAUTHORIZED",
                                       "NODE_EXTRA_CA_CERTS",
                                       "LD_PRELOAD",
                                       "LD_LIBRARY_PATH",
                                       "LD_AUDIT",
                                       "OPENSSL_CONF",
                                       "OPENSSL_MODULES",
                                       "SSL_CERT_FILE",
                                       "BASH_ENV",
                                       "ENV",
                                       "GCONV_PATH",
                                       "GLIBC_TUNABLES",
                                       "npm_config_node_options",
                                       "NPM_CONFIG_PREFIX",
                                       "MALLOC_ARENA_MAX"};

Profile Passing(std::vector<std::string> patterns) {
  Profile profile;
  profile.environment.pass.emplace();
  for (auto& pattern : patterns) profile.environment.pass->push_back({std::move(pattern), {}});
  return profile;
}

struct Outcome {
  Result<void> result;
  LaunchPlan plan;
  std::map<std::string, std::string> values;   // name -> value, secrets too
  std::map<std::string, std::string> origins;  // name -> origin
};

Outcome Prepare(const Profile& profile, LaunchPlan plan) {
  Outcome outcome;
  outcome.result = kEnvironmentMeasure.prepare(profile, HostReport{}, plan);
  for (const PlannedVariable& variable : plan.environment) {
    outcome.values[variable.name] =
        variable.secret != nullptr ? std::string(variable.secret->view()) : variable.text;
    outcome.origins[variable.name] = variable.origin;
  }
  outcome.plan = std::move(plan);
  return outcome;
}

Outcome Inherit(const Profile& profile, std::vector<std::string> entries) {
  LaunchPlan plan;
  plan.inherited_environment = std::move(entries);
  plan.identity.home = "/";
  return Prepare(profile, std::move(plan));
}

TEST(EnvironmentNames, Dangerous) {
  for (const char* name : kDangerousNames) EXPECT_TRUE(IsDangerousVariable(name)) << name;
  for (const char* name : {"NODE_ENV", "PORT", "PATH", "LD", "LDAP_URL", "MY_LD_PRELOAD", "",
                           "node_options", "ENVIRONMENT", "NODE_OPTIONS_X", "DB_PASSWORD"}) {
    EXPECT_FALSE(IsDangerousVariable(name)) << name;
  }
}

TEST(EnvironmentNames, Names) {
  for (const char* name : {"A", "_", "a1", "_1", "DB_PASSWORD", "Z9"}) {
    EXPECT_TRUE(IsEnvironmentName(name)) << name;
  }
  for (const char* name : {"", "1", "1A", "A-B", "A B", "A=B", "A.B", "Ä", "A\n"}) {
    EXPECT_FALSE(IsEnvironmentName(name)) << name;
  }
  EXPECT_FALSE(IsEnvironmentName(std::string_view("A\0B", 3)));
}

TEST(EnvironmentNames, Patterns) {
  EXPECT_TRUE(MatchesPass("PORT", "PORT"));
  EXPECT_FALSE(MatchesPass("PORT", "PORTS"));
  EXPECT_FALSE(MatchesPass("PORT", "port"));
  EXPECT_TRUE(MatchesPass("LC_*", "LC_ALL"));
  EXPECT_TRUE(MatchesPass("LC_*", "LC_"));
  EXPECT_FALSE(MatchesPass("LC_*", "LC"));
  EXPECT_FALSE(MatchesPass("LC_*", "XLC_ALL"));
  EXPECT_TRUE(MatchesPass("*", "ANYTHING"));
  EXPECT_FALSE(MatchesPass("", "A"));
}

TEST(Environment, AServiceManagersWordsArePassedByNoProfile) {
  LaunchPlan plan;
  plan.inherited_environment = {"NOTIFY_SOCKET=/run/systemd/notify",
                                "WATCHDOG_USEC=1",
                                "WATCHDOG_PID=1",
                                "LISTEN_FDS=1",
                                "LISTEN_PID=1",
                                "KEPT=1"};
  const auto outcome = Prepare(
      Passing({"*", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}),
      std::move(plan));
  EXPECT_TRUE(outcome.values.contains("KEPT"));
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS"}) {
    EXPECT_FALSE(outcome.values.contains(name)) << name;
  }
}

TEST(Environment, ItGetsItsOwnServiceVariablesAndNumber) {
  LaunchPlan plan;
  plan.service = {"/run/nodeward/api.notify", "5000000", 2, "web:metrics"};
  Profile profile = Passing({});
  profile.environment.set["NOTIFY_SOCKET"] = {"/elsewhere", {}};
  const auto outcome = Prepare(profile, std::move(plan));
  EXPECT_EQ(outcome.values.at("NOTIFY_SOCKET"), "/run/nodeward/api.notify");
  EXPECT_EQ(outcome.values.at("WATCHDOG_USEC"), "5000000");
  EXPECT_EQ(outcome.values.at("LISTEN_FDS"), "2");
  EXPECT_EQ(outcome.values.at("LISTEN_FDNAMES"), "web:metrics");
  for (const PlannedVariable& variable : outcome.plan.environment) {
    const bool own = variable.name == "WATCHDOG_PID" || variable.name == "LISTEN_PID";
    EXPECT_EQ(variable.number == OwnNumber::kPid, own) << variable.name;
  }
}

TEST(Environment, NothingIsInheritedUnasked) {
  const Outcome outcome = Inherit(Profile{}, {"PATH=/bin", "AWS_SECRET_ACCESS_KEY=x"});
  EXPECT_EQ(outcome.values, (std::map<std::string, std::string>{{"HOME", "/"}}));
}

TEST(Environment, PatternsPass) {
  const Outcome outcome = Inherit(Passing({"PORT", "OTEL_*"}),
                                  {"PORT=80", "PORTS=1", "OTEL_A=a=b", "OTEL=x", "OTEL_B="});
  EXPECT_EQ(outcome.values, (std::map<std::string, std::string>{
                                {"HOME", "/"}, {"OTEL_A", "a=b"}, {"OTEL_B", ""}, {"PORT", "80"}}));
  EXPECT_EQ(outcome.origins.at("PORT"), "pass");
}

TEST(Environment, AStarNeverPassesADangerousName) {
  for (const std::string name : kDangerousNames) {
    const std::string prefix = name.substr(0, name.size() - 1) + "*";
    EXPECT_FALSE(Inherit(Passing({"*", prefix, "LD_*"}), {name + "=x"}).values.contains(name))
        << name;
    EXPECT_EQ(Inherit(Passing({name}), {name + "=x"}).values.at(name), "x") << name;
  }
}

TEST(Environment, ADuplicateCountsOnceAndTheFirstWins) {
  const Outcome outcome = Inherit(Passing({"A"}), {"A=first", "A=second", "A=third"});
  EXPECT_EQ(outcome.values.at("A"), "first");
  EXPECT_EQ(outcome.plan.environment.size(), 2u) << "A and HOME";
}

TEST(Environment, EntriesThatAreNoVariablesAreDropped) {
  const Outcome outcome = Inherit(Passing({"*", ""}), {"JUSTATEXT", "=x", "", "=", "A=1"});
  EXPECT_EQ(outcome.values, (std::map<std::string, std::string>{{"A", "1"}, {"HOME", "/"}}));
}

TEST(Environment, SetBeatsPass) {
  Profile profile = Passing({"A", "NODE_OPTIONS"});
  profile.environment.set["A"] = {"set", {}};
  profile.environment.set["NODE_OPTIONS"] = {"--max-old-space-size=64", {}};
  const Outcome outcome = Inherit(profile, {"A=passed", "NODE_OPTIONS=--require=x"});
  EXPECT_EQ(outcome.values.at("A"), "set");
  EXPECT_EQ(outcome.origins.at("A"), "set");
  EXPECT_EQ(outcome.values.at("NODE_OPTIONS"), "--max-old-space-size=64");
}

TEST(Environment, HomeAndUserAreTheTargets) {
  LaunchPlan plan;
  plan.identity.user = "node";
  plan.identity.home = "/home/node";
  plan.inherited_environment = {"HOME=/root", "USER=root", "LOGNAME=root"};
  const Outcome outcome = Prepare(Profile{}, std::move(plan));
  EXPECT_EQ(outcome.values.at("HOME"), "/home/node");
  EXPECT_EQ(outcome.values.at("USER"), "node");
  EXPECT_EQ(outcome.values.at("LOGNAME"), "node");
  EXPECT_EQ(outcome.origins.at("HOME"), "nodeward");
  const Outcome nameless = Inherit(Profile{}, {"USER=root"});
  EXPECT_FALSE(nameless.values.contains("USER")) << "a number has no name";
}

TEST(Environment, AProfileMaySayHome) {
  LaunchPlan plan;
  plan.identity.home = "/home/node";
  plan.inherited_environment = {"HOME=/given"};
  EXPECT_EQ(Prepare(Passing({"HOME"}), std::move(plan)).values.at("HOME"), "/given");
  Profile profile;
  profile.environment.set["HOME"] = {"/set", {}};
  EXPECT_EQ(Inherit(profile, {}).values.at("HOME"), "/set");
}

TEST(Environment, SecretsBeatPassedOnes) {
  const SecretBuffer value = SecretBuffer::Copy("from the vault");
  LaunchPlan plan;
  plan.inherited_environment = {"DB_PASSWORD=inherited"};
  plan.secrets = {{"DB_PASSWORD", &value}};
  const Outcome outcome = Prepare(Passing({"DB_PASSWORD"}), std::move(plan));
  EXPECT_EQ(outcome.values.at("DB_PASSWORD"), "from the vault");
  EXPECT_EQ(outcome.origins.at("DB_PASSWORD"), "vault");
}

TEST(Environment, ASecretStaysInItsBuffer) {
  const SecretBuffer value = SecretBuffer::Copy("s3cret");
  LaunchPlan plan;
  plan.secrets = {{"A", &value}};
  const Outcome outcome = Prepare(Profile{}, std::move(plan));
  for (const PlannedVariable& variable : outcome.plan.environment) {
    EXPECT_THAT(variable.text, Not(HasSubstr("s3cret")));
  }
}

TEST(Environment, ASecretThatIsSetTooIsRefused) {
  const SecretBuffer value = SecretBuffer::Copy("s3cret");
  Profile profile;
  profile.environment.set["TOKEN"] = {"plain", {"app.toml", 7, 1}};
  LaunchPlan plan;
  plan.secrets = {{"TOKEN", &value}};
  const Outcome outcome = Prepare(profile, std::move(plan));
  ASSERT_FALSE(outcome.result);
  const Error& error = outcome.result.error();
  EXPECT_THAT(error.what, HasSubstr("\"TOKEN\" is both in the vault and in [environment] set"));
  EXPECT_EQ(error.where, "app.toml:7:1");
  EXPECT_THAT(FormatError(error), Not(HasSubstr("s3cret")));
  EXPECT_THAT(FormatError(error), Not(HasSubstr("plain")));
}

TEST(Environment, SortedByName) {
  const Outcome outcome = Inherit(Passing({"*"}), {"Z=1", "A=1", "M=1"});
  std::vector<std::string> names;
  for (const auto& variable : outcome.plan.environment) names.push_back(variable.name);
  EXPECT_THAT(names, ElementsAre("A", "HOME", "M", "Z"));
}

// execve(2): MAX_ARG_STRLEN counts name, '=', value and the NUL.
TEST(Environment, OneVariableHoldsAtMost128KiB) {
  constexpr std::size_t kMost = 32 * 4096 - 1;
  const auto entry = [](std::size_t size) { return "BIG=" + std::string(size - 4, 'x'); };
  EXPECT_TRUE(Inherit(Passing({"BIG"}), {entry(kMost)}).result);
  const Outcome outcome = Inherit(Passing({"BIG"}), {entry(kMost + 1)});
  ASSERT_FALSE(outcome.result);
  EXPECT_THAT(outcome.result.error().what, HasSubstr("\"BIG\""));
  const SecretBuffer secret = SecretBuffer::Copy(std::string(kMost - 3, 'x'));
  LaunchPlan plan;
  plan.secrets = {{"BIG", &secret}};
  EXPECT_FALSE(Prepare(Profile{}, std::move(plan)).result) << "secrets count too";
}

TEST(Environment, ExplainNamesWhatPassesAndIsSet) {
  Profile profile = Passing({"PORT", "LC_*"});
  profile.environment.set["NODE_ENV"] = {"production", {}};
  const Explanation explanation = kEnvironmentMeasure.explain(profile, HostReport{});
  EXPECT_EQ(explanation.what, "inherits only PORT and LC_*");
  EXPECT_THAT(explanation.lines, testing::Contains("sets NODE_ENV=production"));
  EXPECT_EQ(kEnvironmentMeasure.explain(Profile{}, HostReport{}).what, "nothing is inherited");
}

}  // namespace
}  // namespace nodeward
