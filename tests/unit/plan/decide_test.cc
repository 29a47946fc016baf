// Demand joined with support: the whole table, and what operators are told of it.
#include "plan/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>

#include "plan/explain.h"
#include "plan/plan.h"
#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

struct Row {
  Enforcement enforcement;
  Support support;
  Outcome outcome;
};

TEST(Decide, EveryCombination) {
  const Full full;
  const Partial partial{"half", "do this"};
  const Unavailable unavailable{"none", "do that"};
  const Row table[] = {
      {Enforcement::kStrict, full, Outcome::kApply},
      {Enforcement::kStrict, partial, Outcome::kRefuse},
      {Enforcement::kStrict, unavailable, Outcome::kRefuse},
      {Enforcement::kBestEffort, full, Outcome::kApply},
      {Enforcement::kBestEffort, partial, Outcome::kDegrade},
      {Enforcement::kBestEffort, unavailable, Outcome::kDegrade},
      {Enforcement::kPermissive, full, Outcome::kApply},
      {Enforcement::kPermissive, partial, Outcome::kDegrade},
      {Enforcement::kPermissive, unavailable, Outcome::kDegrade},
  };
  for (const Row& row : table) {
    EXPECT_EQ(Decide(row.enforcement, row.support), row.outcome)
        << static_cast<int>(row.enforcement) << " " << row.support.index();
  }
}

TEST(Decide, Gaps) {
  EXPECT_EQ(GapOf(Full{}).missing, "");
  EXPECT_EQ(GapOf(Partial{"half", "do this"}).missing, "half");
  EXPECT_EQ(GapOf(Partial{"half", "do this"}).hint, "do this");
  EXPECT_EQ(GapOf(Unavailable{"none", "do that"}).missing, "none");
  EXPECT_EQ(GapOf(Unavailable{"none", "do that"}).hint, "do that");
}

// Lacks CAP_SYS_RESOURCE and user notification; has all else that the profile below asks for.
HostReport Host() {
  HostReport host;
  host.uid = 54321;
  host.gid = 54321;
  host.limits[7 /* RLIMIT_NOFILE */] = {1024, 4096};
  host.seccomp.filter = true;
  host.seccomp.why_no_notif = "another listener is there";
  return host;
}

Profile Asking(Enforcement enforcement) {
  Profile profile;
  profile.path = "app.toml";
  profile.enforcement = {{.value = enforcement}};
  profile.limits.files = {{.value = {8192, 8192}}};
  return profile;
}

Outcome OutcomeOf(const std::vector<Decision>& decisions, std::string_view name) {
  for (const Decision& decision : decisions) {
    if (Measures()[decision.measure].name == name) return decision.outcome;
  }
  ADD_FAILURE() << "nothing decided for " << name;
  return Outcome::kSkip;
}

TEST(DecideAll, OneDecisionForEachMeasureInOrder) {
  const auto decisions = DecideAll(Asking(Enforcement::kStrict), Host());
  ASSERT_EQ(decisions.size(), Measures().size());
  for (std::uint32_t i = 0; i < decisions.size(); ++i) EXPECT_EQ(decisions[i].measure, i);
}

TEST(DecideAll, SkipsWhatIsNotAskedFor) {
  const auto decisions = DecideAll(Profile{}, Host());
  EXPECT_EQ(OutcomeOf(decisions, "limits"), Outcome::kSkip);
  EXPECT_EQ(OutcomeOf(decisions, "cgroup"), Outcome::kSkip);
  EXPECT_EQ(OutcomeOf(decisions, "identity"), Outcome::kApply);
}

TEST(DecideAll, EachSectionHasItsEnforcement) {
  Profile profile = Asking(Enforcement::kStrict);
  profile.syscalls.enforcement = {{.value = Enforcement::kBestEffort}};
  const auto decisions = DecideAll(profile, Host());
  EXPECT_EQ(OutcomeOf(decisions, "limits"), Outcome::kRefuse);
  EXPECT_EQ(OutcomeOf(decisions, "seccomp"), Outcome::kDegrade);
  EXPECT_EQ(OutcomeOf(decisions, "session"), Outcome::kApply);
}

TEST(DecideAll, RefusalsNameMeasureReasonAndHelp) {
  const Profile profile = Asking(Enforcement::kStrict);
  const Errors errors = Refusals(profile, DecideAll(profile, Host()));
  ASSERT_EQ(errors.size(), 4u) << "all at once";
  EXPECT_THAT(errors[0].what, HasSubstr("limits: limits.files above the hard limit"));
  EXPECT_EQ(errors[0].where, "app.toml");
  EXPECT_NE(errors[0].hint, "");
  EXPECT_THAT(errors[1].what, HasSubstr("network: "));
  EXPECT_THAT(errors[2].what, HasSubstr("landlock: "));
  EXPECT_THAT(errors[3].what, HasSubstr("seccomp: "));
  EXPECT_THAT(errors[3].what, HasSubstr("another listener is there"));
  const Profile best = Asking(Enforcement::kBestEffort);
  EXPECT_TRUE(Refusals(best, DecideAll(best, Host())).empty());
}

ExplainedMeasure RowOf(const std::vector<ExplainedMeasure>& rows, std::string_view name) {
  for (const ExplainedMeasure& row : rows) {
    if (row.name == name) return row;
  }
  ADD_FAILURE() << "nothing explained of " << name;
  return {};
}

TEST(ExplainAll, StatesAndGaps) {
  const auto rows = ExplainAll(Asking(Enforcement::kStrict), Host());
  EXPECT_EQ(RowOf(rows, "limits").state, "partial");
  EXPECT_TRUE(RowOf(rows, "limits").refuses);
  EXPECT_THAT(RowOf(rows, "limits").missing, HasSubstr("limits.files"));
  EXPECT_EQ(RowOf(rows, "cgroup").state, "off");
  EXPECT_EQ(RowOf(rows, "cgroup").what, "not asked for");
  EXPECT_EQ(RowOf(rows, "identity").state, "full");
  EXPECT_FALSE(RowOf(rows, "identity").refuses);
  EXPECT_FALSE(RowOf(ExplainAll(Asking(Enforcement::kBestEffort), Host()), "limits").refuses);
  HostReport without = Host();
  without.seccomp.filter = false;
  EXPECT_EQ(RowOf(ExplainAll(Profile{}, without), "seccomp").state, "unavailable");
}

TEST(ExplainAll, SecretsNameVaultAndRequiredNames) {
  const test::ScratchFolder folder;
  Profile profile;
  EXPECT_EQ(RowOf(ExplainAll(profile, Host()), "secrets").state, "off");
  profile.secrets.vaults = {{{.value = folder.Write("app.vault.age", "x")}}};
  profile.secrets.identity = {{.value = folder.Write("id.txt", "x", 0400)}};
  profile.secrets.require = {{{.value = "DB_PASSWORD"}, {.value = "TOKEN"}}};
  const ExplainedMeasure row = RowOf(ExplainAll(profile, Host()), "secrets");
  EXPECT_THAT(row.what, HasSubstr(folder / "app.vault.age"));
  EXPECT_THAT(row.lines, testing::Contains(HasSubstr(folder / "id.txt")));
  EXPECT_THAT(row.lines, testing::Contains("required: DB_PASSWORD and TOKEN"));
}

TEST(ExplainAll, AVaultThatIsNotThereRefuses) {
  const test::ScratchFolder folder;
  Profile profile;
  profile.secrets.vaults = {{{.value = folder / "absent.age"}}};
  profile.secrets.identity = {{.value = folder.Write("id.txt", "x", 0400)}};
  const ExplainedMeasure row = RowOf(ExplainAll(profile, Host()), "secrets");
  EXPECT_EQ(row.state, "unavailable");
  EXPECT_TRUE(row.refuses);
  EXPECT_THAT(row.missing, HasSubstr("ENOENT"));
}

}  // namespace
}  // namespace nodeward
