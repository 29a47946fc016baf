// What the cgroup measure decides for made-up hosts; nothing here touches a cgroup.
#include "measures/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "measures/cgroup_group.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMega = std::uint64_t{1} << 20;

Profile Asking() {
  Profile profile;
  profile.limits.memory = {{.value = {.bytes = 512 * kMega}}};
  profile.limits.swap = {{.value = {.bytes = 0}}};
  profile.limits.cpu = {{.value = 1.5}};
  profile.limits.pids = {{.value = 64}};
  return profile;
}

// A host with 8 GiB and swap, whose three controllers lie in one v2 or in three v1 hierarchies.
HostReport Host(bool v2, bool writable) {
  HostReport host;
  host.memory_total = 8192 * kMega;
  host.swap_total = 1024 * kMega;
  host.cgroup.version = v2 ? CgroupVersion::kV2 : CgroupVersion::kV1;
  host.cgroup.memsw = true;
  host.cgroup.kill = v2;
  for (const std::string name : {"memory", "cpu", "pids"}) {
    const std::string mount = v2 ? "/cg" : "/cg/" + name;
    host.cgroup.controllers[name] = {.name = name,
                                     .mount = mount,
                                     .path = "/own",
                                     .membership = "/host/own",
                                     .v2 = v2,
                                     .writable = writable,
                                     .why_not = writable ? "" : mount + " is mounted read-only"};
  }
  return host;
}

HostReport Docker() {
  HostReport host = Host(true, false);
  host.container = "docker";
  return host;
}

bool IsFull(const Profile& profile, const HostReport& host) {
  return std::holds_alternative<Full>(kCgroupMeasure.support(profile, host));
}
Unavailable Refusal(const Profile& profile, const HostReport& host) {
  const Support support = kCgroupMeasure.support(profile, host);
  EXPECT_TRUE(std::holds_alternative<Unavailable>(support)) << support.index();
  return std::holds_alternative<Unavailable>(support) ? std::get<Unavailable>(support)
                                                      : Unavailable{};
}
Partial Part(const Profile& profile, const HostReport& host) {
  const Support support = kCgroupMeasure.support(profile, host);
  EXPECT_TRUE(std::holds_alternative<Partial>(support)) << support.index();
  return std::holds_alternative<Partial>(support) ? std::get<Partial>(support) : Partial{};
}
LaunchPlan Plan(const Profile& profile, const HostReport& host) {
  LaunchPlan plan;
  EXPECT_TRUE(kCgroupMeasure.prepare(profile, host, plan));
  return plan;
}
std::string Values(const PlannedCgroup& group) {
  std::string text;
  for (const auto& setting : group.settings) text += setting.file + "=" + setting.value + ";";
  return text;
}

TEST(CgroupWanted, AnyOfTheFour) {
  EXPECT_FALSE(kCgroupMeasure.wanted(Profile{}));
  Profile profile;
  profile.limits.files = {{.value = {1, 1}}};
  EXPECT_FALSE(kCgroupMeasure.wanted(profile)) << "descriptors are the rlimits' matter";
  profile.limits.swap = {{.value = {.bytes = 0}}};
  EXPECT_TRUE(kCgroupMeasure.wanted(profile));
}

TEST(CgroupSupport, WritableIsFull) {
  EXPECT_TRUE(IsFull(Asking(), Host(true, true)));
  EXPECT_TRUE(IsFull(Asking(), Host(false, true)));
}

TEST(CgroupSupport, StockDockerNamesEveryFlag) {
  const Unavailable refusal = Refusal(Asking(), Docker());
  EXPECT_EQ(refusal.hint, "docker run -m 512m --memory-swap 512m --cpus 1.5 --pids-limit 64");
  EXPECT_THAT(refusal.why, HasSubstr("limits.memory = 512M: /cg is mounted read-only"));
}

TEST(CgroupSupport, OnlyWhatIsNotInheritedIsNamed) {
  HostReport host = Docker();
  host.cgroup.inherited = {.memory = 256 * kMega, .swap = 0, .cpu = 1.5};
  EXPECT_EQ(Part(Asking(), host).hint, "docker run --pids-limit 64");
  host.cgroup.inherited.pids = 64;
  EXPECT_TRUE(IsFull(Asking(), host));
  host.cgroup.inherited.pids = 65;
  EXPECT_FALSE(IsFull(Asking(), host)) << "looser by one is looser";
  host.cgroup.inherited.pids = 64;
  host.cgroup.inherited.cpu = 1.51;
  EXPECT_FALSE(IsFull(Asking(), host));
  host.cgroup.inherited.cpu = 1.5;
  host.cgroup.inherited.memory = 512 * kMega + 4096;
  EXPECT_EQ(Part(Asking(), host).hint, "docker run -m 512m");
}

TEST(CgroupSupport, SwapNeedsMemoryBesideIt) {
  HostReport host = Docker();
  host.cgroup.inherited = {.memory = 512 * kMega, .cpu = 1, .pids = 10};
  EXPECT_EQ(Part(Asking(), host).hint, "docker run -m 512m --memory-swap 512m");
  Profile profile = Asking();
  profile.limits.swap = {{.value = {.bytes = 256 * kMega}}};
  EXPECT_EQ(Part(profile, host).hint, "docker run -m 512m --memory-swap 768m");
}

TEST(CgroupSupport, NoSwapOnTheMachineIsFull) {
  Profile profile;
  profile.limits.swap = {{.value = {.bytes = 0}}};
  HostReport host = Docker();
  EXPECT_FALSE(IsFull(profile, host));
  host.swap_total = 0;
  EXPECT_TRUE(IsFull(profile, host));
}

TEST(CgroupSupport, V1WithoutMemsw) {
  HostReport host = Host(false, true);
  host.cgroup.memsw = false;
  EXPECT_THAT(Part(Asking(), host).missing, HasSubstr("swapaccount=1"));
  Profile swap_alone;
  swap_alone.limits.swap = {{.value = {.bytes = 0}}};
  host.container = "docker";
  EXPECT_THAT(Refusal(swap_alone, host).hint, HasSubstr("--memory-swap"));
  host.swap_total = 0;
  EXPECT_TRUE(IsFull(Asking(), host));
}

TEST(CgroupSupport, V1CannotLimitSwapAlone) {
  Profile profile;
  profile.limits.swap = {{.value = {.bytes = 0}}};
  EXPECT_THAT(Refusal(profile, Host(false, true)).why, HasSubstr("limits.memory is not set"));
  EXPECT_TRUE(IsFull(profile, Host(true, true)));
}

TEST(CgroupSupport, HintsForOtherSurroundings) {
  HostReport host = Docker();
  host.container = "podman";
  EXPECT_THAT(Refusal(Asking(), host).hint, HasSubstr("podman run -m 512m"));
  host.container = "kubernetes";
  EXPECT_THAT(Refusal(Asking(), host).hint, HasSubstr("memory: 512Mi, cpu: \"1.5\""));
  EXPECT_THAT(Refusal(Asking(), host).hint, HasSubstr("podPidsLimit: 64"));
  host.container = "";
  host.under_systemd = true;
  EXPECT_THAT(Refusal(Asking(), host).hint,
              HasSubstr("MemoryMax=512M MemorySwapMax=0 CPUQuota=150% TasksMax=64"));
  EXPECT_THAT(Refusal(Asking(), host).hint, HasSubstr("Delegate=yes"));
  host.under_systemd = false;
  EXPECT_THAT(Refusal(Asking(), host).hint, HasSubstr("systemd-run --scope -p Delegate=yes"));
  EXPECT_THAT(Refusal(Asking(), host).hint, HasSubstr("docker run -m 512m"));
}

TEST(CgroupSupport, NodewardsOwnUserCouldLiftTheLimit) {
  HostReport host = Host(true, true);
  host.uid = 1000;
  EXPECT_THAT(Part(Asking(), host).missing, HasSubstr("could lift it"));
  EXPECT_THAT(Part(Asking(), host).hint, Not(HasSubstr("Delegate=yes alone")));
  host.cgroup.inherited = {.memory = 512 * kMega, .swap = 0, .cpu = 1.5, .pids = 64};
  EXPECT_TRUE(IsFull(Asking(), host)) << "a limit that systemd set is not the user's to lift";
}

TEST(CgroupSupport, AnotherUserCannotLiftIt) {
  HostReport host = Host(true, true);
  host.uid = 1000;
  host.cap_effective = std::uint64_t{1} << CAP_SETUID;
  Profile profile = Asking();
  EXPECT_THAT(Part(profile, host).missing, HasSubstr("could lift it")) << "no user is named";
  profile.process.user = {.value = "65532"};
  EXPECT_TRUE(IsFull(profile, host));
  profile.process.user = {.value = "1000"};
  EXPECT_THAT(Part(profile, host).missing, HasSubstr("could lift it")) << "nodeward's own";
  profile.process.user = {.value = "65532"};
  host.cap_effective = 0;
  EXPECT_THAT(Part(profile, host).missing, HasSubstr("could lift it")) << "it cannot be changed";
}

TEST(CgroupSupport, LessThanTheKernelHolds) {
  Profile profile;
  profile.limits.cpu = {{.value = 0.001}};
  EXPECT_THAT(Refusal(profile, Host(true, true)).why, HasSubstr("less than 0.01 processors"));
}

TEST(CgroupPrepare, V2IsOneGroup) {
  const LaunchPlan plan = Plan(Asking(), Host(true, true));
  ASSERT_EQ(plan.cgroups.size(), 1u);
  const PlannedCgroup& group = plan.cgroups[0];
  const std::string name = MarkerOf(getpid())->Name();
  EXPECT_EQ(group.directory, "/cg/own/" + name);
  EXPECT_EQ(group.membership, "/host/own/" + name);
  EXPECT_EQ(group.controllers, (std::vector<std::string>{"memory", "cpu", "pids"}));
  EXPECT_EQ(Values(group),
            "memory.max=536870912;memory.swap.max=0;cpu.max=150000 100000;pids.max=64;");
  EXPECT_EQ(CgroupKillFile(plan), group.directory + "/cgroup.kill");
}

TEST(CgroupPrepare, V1IsAGroupForEachHierarchy) {
  const LaunchPlan plan = Plan(Asking(), Host(false, true));
  ASSERT_EQ(plan.cgroups.size(), 3u);
  EXPECT_EQ(Values(plan.cgroups[0]),
            "memory.limit_in_bytes=536870912;memory.memsw.limit_in_bytes=536870912;");
  EXPECT_EQ(Values(plan.cgroups[1]), "cpu.cfs_period_us=100000;cpu.cfs_quota_us=150000;");
  EXPECT_EQ(Values(plan.cgroups[2]), "pids.max=64;");
  EXPECT_EQ(CgroupKillFile(plan), "");
}

TEST(CgroupPrepare, OnlyWhatIsAsked) {
  Profile profile;
  profile.limits.pids = {{.value = 7}};
  const LaunchPlan plan = Plan(profile, Host(true, true));
  ASSERT_EQ(plan.cgroups.size(), 1u);
  EXPECT_EQ(plan.cgroups[0].controllers, std::vector<std::string>{"pids"});
  EXPECT_TRUE(Plan(Profile{}, Host(true, true)).cgroups.empty());
}

TEST(CgroupPrepare, InheritedAloneIsNoGroup) {
  HostReport host = Docker();
  host.cgroup.inherited = {.memory = 512 * kMega, .swap = 0, .cpu = 1.5, .pids = 64};
  const LaunchPlan plan = Plan(Asking(), host);
  EXPECT_TRUE(plan.cgroups.empty());
  EXPECT_TRUE(kCgroupMeasure.establish(plan));
  EXPECT_TRUE(kCgroupMeasure.verify(plan, Observed{}));
}

TEST(CgroupPrepare, NeverLooserThanInherited) {
  HostReport host = Host(false, true);
  host.cgroup.inherited = {.memory = 100 * kMega, .cpu = 0.333333, .pids = 9};
  const LaunchPlan plan = Plan(Asking(), host);
  EXPECT_THAT(Values(plan.cgroups[0]), HasSubstr("memory.limit_in_bytes=104857600;"));
  EXPECT_THAT(Values(plan.cgroups[1]), HasSubstr("cpu.cfs_quota_us=33333;"));
  EXPECT_EQ(Values(plan.cgroups[2]), "pids.max=9;");
}

TEST(CgroupPrepare, PercentAndPages) {
  Profile profile;
  profile.limits.memory = {{.value = {.percent = 25}}};
  profile.limits.swap = {{.value = {.percent = 50}}};
  EXPECT_EQ(Values(Plan(profile, Host(true, true)).cgroups[0]),
            "memory.max=2147483648;memory.swap.max=536870912;");
  profile = Profile{};
  profile.limits.memory = {{.value = {.bytes = 1000000}}};
  EXPECT_EQ(Values(Plan(profile, Host(true, true)).cgroups[0]), "memory.max=999424;");
}

TEST(CgroupExplain, SaysWhatAndByWhichMeans) {
  HostReport host = Host(true, true);
  host.cgroup.controllers["pids"].writable = false;
  host.cgroup.controllers["pids"].why_not = "the pids controller is not delegated to /cg/own";
  const Explanation told = kCgroupMeasure.explain(Asking(), host);
  EXPECT_EQ(told.what, "at most 512M of memory, no swap and 1.5 processors");
  EXPECT_THAT(told.lines, testing::Contains("limits.memory = 512M: by a group of its own below "
                                            "/cg/own (cgroup v2)"));
  EXPECT_THAT(told.lines, testing::Contains("limits.pids = 64: not held: the pids controller is "
                                            "not delegated to /cg/own"));
}

TEST(CgroupVerify, ExactlyThePlannedGroup) {
  const LaunchPlan plan = Plan(Asking(), Host(false, true));
  Observed observed;
  for (const char* name : {"memory", "cpu", "pids"}) {
    observed.cgroups[name] = plan.cgroups[0].membership;
  }
  EXPECT_TRUE(kCgroupMeasure.verify(plan, observed));
  for (const char* name : {"memory", "cpu", "pids"}) {
    Observed wrong = observed;
    wrong.cgroups[name] = "/host/own";
    EXPECT_FALSE(kCgroupMeasure.verify(plan, wrong)) << name;
    wrong.cgroups.erase(name);
    EXPECT_FALSE(kCgroupMeasure.verify(plan, wrong)) << name;
    wrong.cgroups[name] = observed.cgroups[name] + "/below";
    EXPECT_FALSE(kCgroupMeasure.verify(plan, wrong)) << name;
  }
}

TEST(CgroupMarkerTest, ReadsOnlyWhatItWrites) {
  const CgroupMarker marker{.pid = 42, .start = 7, .pid_namespace = 4026531836};
  EXPECT_EQ(marker.Name(), "nodeward-42-7-4026531836");
  EXPECT_EQ(ParseMarker(marker.Name()), marker);
  EXPECT_TRUE(ParseMarker(marker.Name() + "-supervisor")->supervisor);
  for (const char* other :
       {"", "nodeward", "nodeward-", "nodeward-42", "nodeward-42-7", "nodeward-42-7-",
        "nodeward-42--7-1", "nodeward--42-7-1", "nodeward-0-7-1", "nodeward-042-7-1",
        "nodeward-42-7-1x", "Nodeward-42-7-1", "nodeward-42-7-1-", "nodeward-42-7-1-supervisor2",
        "nodeward-99999999999-7-1", "system.slice"}) {
    EXPECT_FALSE(ParseMarker(other)) << other;
  }
}

TEST(CgroupMarkerTest, IsStableForAProcessAndAbsentForNone) {
  EXPECT_EQ(MarkerOf(getpid()), MarkerOf(getpid()));
  EXPECT_GT(MarkerOf(getpid())->start, 0u);
  EXPECT_FALSE(MarkerOf(0x7ffffff0));
}

}  // namespace
}  // namespace nodeward
