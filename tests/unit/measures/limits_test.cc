// Resource limits of the process, on hosts with and without the right to raise them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>

#include "measures/rows.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

HostReport Raising() {
  HostReport host;
  host.cap_effective = std::uint64_t{1} << CAP_SYS_RESOURCE;
  return host;
}

HostReport Unprivileged(int resource, std::uint64_t soft, std::uint64_t hard) {
  HostReport host;
  host.limits[resource] = {soft, hard};
  return host;
}

Setting<LimitPair> Pair(std::uint64_t soft, std::uint64_t hard) {
  return {{.value = {soft, hard}}};
}

ChildLimit Only(const Profile& profile, const HostReport& host) {
  LaunchPlan plan;
  EXPECT_TRUE(kLimitsMeasure.prepare(profile, host, plan));
  EXPECT_EQ(plan.limits.size(), 1u);
  return plan.limits.empty() ? ChildLimit{} : plan.limits.front();
}

TEST(Limits, WantedByAnyOfThem) {
  EXPECT_FALSE(kLimitsMeasure.wanted(Profile{}));
  for (const auto setting : {&LimitsSection::files, &LimitsSection::core, &LimitsSection::stack,
                             &LimitsSection::file_size, &LimitsSection::locked_memory}) {
    Profile profile;
    profile.limits.*setting = Pair(5, 6);
    EXPECT_TRUE(kLimitsMeasure.wanted(profile));
  }
  Profile cgroups;
  cgroups.limits.pids = {{.value = 64}};
  EXPECT_FALSE(kLimitsMeasure.wanted(cgroups)) << "the cgroup's matter";
}

TEST(Limits, EachToItsResource) {
  Profile profile;
  profile.limits.files = Pair(10, 11);
  profile.limits.core = Pair(20, 21);
  profile.limits.stack = Pair(30, 31);
  profile.limits.file_size = Pair(40, 41);
  profile.limits.locked_memory = Pair(50, RLIM_INFINITY);
  LaunchPlan plan;
  ASSERT_TRUE(kLimitsMeasure.prepare(profile, Raising(), plan));
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> limits;
  for (const ChildLimit& limit : plan.limits) limits[limit.resource] = {limit.soft, limit.hard};
  const decltype(limits) expected = {{RLIMIT_NOFILE, {10, 11}},
                                     {RLIMIT_CORE, {20, 21}},
                                     {RLIMIT_STACK, {30, 31}},
                                     {RLIMIT_FSIZE, {40, 41}},
                                     {RLIMIT_MEMLOCK, {50, RLIM_INFINITY}}};
  EXPECT_EQ(limits, expected);
}

// core(5): core_pattern's pipe ignores a limit of 0, and honours 1.
TEST(Limits, NoCoreIsALimitOfOne) {
  Profile profile;
  profile.limits.core = Pair(0, 0);
  EXPECT_EQ(Only(profile, Raising()).soft, 1u);
  EXPECT_EQ(Only(profile, Raising()).hard, 1u);
  profile.limits.core = Pair(0, 4096);
  EXPECT_EQ(Only(profile, Raising()).soft, 1u);
  EXPECT_EQ(Only(profile, Raising()).hard, 4096u);
  profile.limits.core.reset();
  profile.limits.stack = Pair(0, 0);
  EXPECT_EQ(Only(profile, Raising()).soft, 0u) << "a rule for cores alone";
}

TEST(Limits, AnInheritedCoreOfZeroIsNoGap) {
  Profile profile;
  profile.limits.core = Pair(0, 0);
  const HostReport host = Unprivileged(RLIMIT_CORE, 0, 0);
  EXPECT_TRUE(std::holds_alternative<Full>(kLimitsMeasure.support(profile, host)));
  EXPECT_EQ(Only(profile, host).hard, 0u);
  EXPECT_EQ(Only(profile, host).soft, 0u);
}

TEST(Limits, AboveTheHardLimit) {
  Profile profile;
  profile.limits.files = Pair(8192, 65536);
  const HostReport host = Unprivileged(RLIMIT_NOFILE, 1024, 4096);
  const Support support = kLimitsMeasure.support(profile, host);
  ASSERT_TRUE(std::holds_alternative<Partial>(support));
  EXPECT_THAT(std::get<Partial>(support).missing, HasSubstr("limits.files above the hard limit"));
  EXPECT_EQ(Only(profile, host).soft, 4096u) << "best-effort takes what there is";
  EXPECT_EQ(Only(profile, host).hard, 4096u);
  EXPECT_TRUE(std::holds_alternative<Full>(kLimitsMeasure.support(profile, Raising())));
  EXPECT_EQ(Only(profile, Raising()).hard, 65536u);
}

TEST(Limits, UpToTheHardLimitNothingIsMissing) {
  Profile profile;
  profile.limits.files = Pair(2048, 4096);
  const HostReport host = Unprivileged(RLIMIT_NOFILE, 1024, 4096);
  EXPECT_TRUE(std::holds_alternative<Full>(kLimitsMeasure.support(profile, host)));
  EXPECT_EQ(Only(profile, host).soft, 2048u);
  EXPECT_TRUE(std::holds_alternative<Full>(kLimitsMeasure.support(profile, HostReport{})))
      << "an unknown limit is none";
}

TEST(Limits, ExplainInWords) {
  Profile profile;
  profile.limits.files = Pair(10, 20);
  profile.limits.stack = Pair(RLIM_INFINITY, RLIM_INFINITY);
  EXPECT_EQ(kLimitsMeasure.explain(profile, HostReport{}).what,
            "files 10 (hard 20) and stack unlimited");
}

}  // namespace
}  // namespace nodeward
