// Every measure judges what /proc shows. From an application that is as planned, one deviation at a
// time: exactly the measure in charge must object. And the order of the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/resource.h>

#include <cerrno>
#include <functional>

#include "measures/rows.h"

namespace nodeward {
namespace {

constexpr std::uint64_t kKept = std::uint64_t{1} << CAP_NET_BIND_SERVICE;

LaunchPlan Planned() {
  LaunchPlan plan;
  plan.guarded.supervisor = 4100;
  plan.guarded.keeper = 4101;
  plan.identity = {.change = true,
                   .uid = 1000,
                   .gid = 1001,
                   .set_groups = true,
                   .groups = {903, 901},
                   .umask = 027,
                   .workdir = "/srv"};
  plan.capabilities = {.lock_securebits = true, .keep = kKept, .drop_bounding = 0x3ff & ~kKept};
  plan.limits = {{RLIMIT_NOFILE, 64, 128}, {RLIMIT_CORE, 1, 1}};
  plan.kept_fds = {5, 9};
  plan.filter.filters_before = 1;
  plan.filter.listener = true;
  plan.landlock.wanted = true;
  plan.namespaces.ipc = true;
  plan.memory_files = {{"nodeward-secrets", {}, true}};
  return plan;
}

Observed AsPlanned() {
  Observed observed;
  observed.pid = 4200;
  observed.parent = 4101;
  observed.session = 4200;
  observed.group = 4200;
  observed.uids = {1000, 1000, 1000, 1000};
  observed.gids = {1001, 1001, 1001, 1001};
  observed.groups = {901, 903};  // in another order than planned
  observed.umask = 027;
  observed.namespaces = {"ipc"};
  observed.cap_inheritable = observed.cap_permitted = kKept;
  observed.cap_effective = observed.cap_ambient = kKept;
  observed.cap_bounding = kKept;
  observed.no_new_privs = true;
  observed.seccomp_mode = SECCOMP_MODE_FILTER;
  observed.seccomp_filters = 2;
  observed.threads = 1;
  observed.workdir = "/srv";
  observed.limits = {{"Max open files", {64, 128}}, {"Max core file size", {1, 1}}};
  observed.fds = {{0, false, "pipe:[1]"},
                  {1, false, "pipe:[2]"},
                  {2, false, "/dev/null"},
                  {3, true, "socket:[3]"},
                  {5, false, "socket:[4]"},
                  {9, true, "/srv"},
                  {10, false, "/memfd:nodeward-secrets (deleted)"}};
  observed.securebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
  observed.parent_death_signal = SIGKILL;
  observed.root_error = EACCES;
  return observed;
}

// The names of the measures that object.
std::string Objecting(const LaunchPlan& plan, const Observed& observed) {
  std::string names;
  for (const Measure& measure : Measures()) {
    if (measure.name == "cgroup") continue;  // reads the group itself: cgroup_test.cc
    const auto verified = measure.verify(plan, observed);
    if (verified) continue;
    EXPECT_NE(verified.error().what, "");
    names += (names.empty() ? "" : " ") + std::string(measure.name);
  }
  return names;
}

TEST(Verify, AnApplicationAsPlannedIsAccepted) { EXPECT_EQ(Objecting(Planned(), AsPlanned()), ""); }

struct Deviation {
  const char* measure;
  const char* what;
  std::function<void(Observed&)> change;
};

const std::vector<Deviation>& Deviations() {
  static const std::vector<Deviation> kTable = {
      {"session", "another's group", [](Observed& o) { o.group = 4100; }},
      {"session", "another's session", [](Observed& o) { o.session = 4100; }},
      {"namespaces", "a shared one", [](Observed& o) { o.namespaces = {"uts"}; }},
      {"limits", "soft files", [](Observed& o) { o.limits["Max open files"].first = 65; }},
      {"limits", "hard files", [](Observed& o) { o.limits["Max open files"].second = 129; }},
      {"limits", "core",
       [](Observed& o) {
         o.limits["Max core file size"] = {0, 1};
       }},
      {"limits", "not told", [](Observed& o) { o.limits.erase("Max open files"); }},
      {"bounding", "one bit", [](Observed& o) { o.cap_bounding |= 1u << CAP_KILL; }},
      {"identity", "real uid", [](Observed& o) { o.uids[0] = 0; }},
      {"identity", "effective uid", [](Observed& o) { o.uids[1] = 0; }},
      {"identity", "saved uid", [](Observed& o) { o.uids[2] = 0; }},
      {"identity", "file system uid", [](Observed& o) { o.uids[3] = 0; }},
      {"identity", "uids not told", [](Observed& o) { o.uids.clear(); }},
      {"identity", "real gid", [](Observed& o) { o.gids[0] = 0; }},
      {"identity", "effective gid", [](Observed& o) { o.gids[1] = 0; }},
      {"identity", "saved gid", [](Observed& o) { o.gids[2] = 0; }},
      {"identity", "file system gid", [](Observed& o) { o.gids[3] = 0; }},
      {"identity", "a group more", [](Observed& o) { o.groups.push_back(0); }},
      {"identity", "a group less", [](Observed& o) { o.groups.pop_back(); }},
      {"identity", "another group", [](Observed& o) { o.groups[0] = 902; }},
      {"identity", "umask", [](Observed& o) { o.umask = 022; }},
      {"identity", "outside its root", [](Observed& o) { o.workdir = "(unreachable)/srv"; }},
      {"capabilities", "permitted", [](Observed& o) { o.cap_permitted |= 1; }},
      {"capabilities", "permitted, less", [](Observed& o) { o.cap_permitted = 0; }},
      {"capabilities", "effective", [](Observed& o) { o.cap_effective |= 1; }},
      {"capabilities", "inheritable", [](Observed& o) { o.cap_inheritable |= 1; }},
      {"capabilities", "ambient", [](Observed& o) { o.cap_ambient |= 1; }},
      {"capabilities", "securebits", [](Observed& o) { o.securebits = 0; }},
      {"capabilities", "unlocked", [](Observed& o) { o.securebits = SECBIT_NOROOT; }},
      {"parent_death", "no signal", [](Observed& o) { o.parent_death_signal = 0; }},
      {"parent_death", "a mild one", [](Observed& o) { o.parent_death_signal = SIGTERM; }},
      {"parent_death", "another's child", [](Observed& o) { o.parent = 1; }},
      {"no_new_privs", "not set", [](Observed& o) { o.no_new_privs = false; }},
      {"landlock", "an open root", [](Observed& o) { o.root_error = 0; }},
      {"landlock", "another error", [](Observed& o) { o.root_error = ENOENT; }},
      {"descriptors", "an open one",
       [](Observed& o) {
         o.fds.push_back({7, false, "/etc"});
       }},
      {"descriptors", "a planned close", [](Observed& o) { o.fds[3].close_on_exec = false; }},
      {"delivery", "a file less", [](Observed& o) { o.fds.pop_back(); }},
      {"delivery", "a planned close", [](Observed& o) { o.fds.back().close_on_exec = true; }},
      {"seccomp", "off", [](Observed& o) { o.seccomp_mode = SECCOMP_MODE_DISABLED; }},
      {"seccomp", "the old mode", [](Observed& o) { o.seccomp_mode = SECCOMP_MODE_STRICT; }},
      {"seccomp", "the container's alone", [](Observed& o) { o.seccomp_filters = 1; }},
      {"seccomp", "none", [](Observed& o) { o.seccomp_filters = 0; }},
  };
  return kTable;
}

TEST(Verify, EachDeviationIsFoundByItsMeasureAlone) {
  for (const Deviation& deviation : Deviations()) {
    Observed observed = AsPlanned();
    deviation.change(observed);
    EXPECT_EQ(Objecting(Planned(), observed), deviation.measure) << deviation.what;
  }
}

TEST(Verify, EveryMeasureStandsInTheTable) {
  for (const Measure& measure : Measures()) {
    if (measure.name == "cgroup" || measure.name == "environment") continue;
    if (measure.name == "network") continue;  // below: nothing of it shows in /proc
    const auto& table = Deviations();
    EXPECT_TRUE(std::any_of(table.begin(), table.end(), [&](const Deviation& row) {
      return row.measure == measure.name;
    })) << measure.name;
  }
}

TEST(Verify, ConnectionsNeedSomebodyToAsk) {
  LaunchPlan plan = Planned();
  plan.filter.listener = false;
  EXPECT_EQ(Objecting(plan, AsPlanned()), "network");
}

TEST(Verify, ARootThatARuleListsMayOpen) {
  LaunchPlan plan = Planned();
  plan.landlock.root_listed = true;
  Observed observed = AsPlanned();
  observed.root_error = 0;
  EXPECT_EQ(Objecting(plan, observed), "");
}

// In namespaces of its own, on a tree of its own.
LaunchPlan PlannedApart() {
  LaunchPlan plan = Planned();
  plan.namespaces = {.user = true,
                     .pid = true,
                     .mount = true,
                     .ipc = true,
                     .uts = true,
                     .net = true,
                     .writable = {"/data"},
                     .private_folders = {"/tmp"},
                     .rules = {}};
  return plan;
}

Observed AsPlannedApart() {
  Observed observed = AsPlanned();
  observed.namespaces = {"ipc", "mnt", "net", "pid", "user", "uts"};
  observed.mounts = {{"/", "/", "ext4", true, true, true, false},
                     {"/tmp", "/", "ext4", true, true, true, false},
                     {"/proc", "/", "proc", true, true, true, true},
                     {"/dev", "/", "devtmpfs", true, true, false, false},
                     {"/data", "/data", "ext4", false, true, true, false},
                     {"/data/more", "/", "xfs", false, true, true, false},
                     {"/tmp", "/", "tmpfs", false, true, true, true}};
  return observed;
}

TEST(Verify, NamespacesAreTheObserversOwnOnlyWhereNoneWasPlanned) {
  EXPECT_EQ(Objecting(PlannedApart(), AsPlannedApart()), "");
  LaunchPlan none = Planned();
  none.namespaces = {};
  for (const char* name : {"ipc", "mnt", "net", "pid", "user", "uts"}) {
    Observed observed = AsPlannedApart();
    std::erase(observed.namespaces, name);
    EXPECT_EQ(Objecting(PlannedApart(), observed), "namespaces") << name;
    EXPECT_EQ(Objecting(none, observed), "") << name;
  }
}

TEST(Verify, EachMountIsAsPlanned) {
  const std::pair<const char*, void (*)(std::vector<ObservedMount>&)> kWrong[] = {
      {"a writable root", [](auto& mounts) { mounts[0].read_only = false; }},
      {"a writable mount elsewhere", [](auto& mounts) { mounts[3].read_only = false; }},
      {"beside what may be written", [](auto& mounts) { mounts[5].place = "/data2"; }},
      {"set-uid programs", [](auto& mounts) { mounts[4].no_suid = false; }},
      {"devices", [](auto& mounts) { mounts[5].no_dev = false; }},
      {"no tmpfs on /tmp", [](auto& mounts) { mounts.pop_back(); }},
      {"a /tmp that is a part of one", [](auto& mounts) { mounts[6].root = "/a"; }},
      {"programs in /tmp", [](auto& mounts) { mounts[6].no_exec = false; }},
      {"something over /tmp",
       [](auto& mounts) {
         mounts.push_back({"/tmp", "/x", "ext4", true, true, true, true});
       }},
      {"no /proc", [](auto& mounts) { mounts.erase(mounts.begin() + 2); }},
      {"a part of /proc", [](auto& mounts) { mounts[2].root = "/sys"; }},
      {"nothing", [](auto& mounts) { mounts.clear(); }},
  };
  for (const auto& [what, change] : kWrong) {
    Observed observed = AsPlannedApart();
    change(observed.mounts);
    EXPECT_EQ(Objecting(PlannedApart(), observed), "namespaces") << what;
  }
}

TEST(Verify, OnATerminalTheSessionIsShared) {
  LaunchPlan plan = Planned();
  plan.terminal = true;
  Observed observed = AsPlanned();
  observed.session = 3000;
  EXPECT_EQ(Objecting(plan, observed), "");
  observed.group = 3000;
  EXPECT_EQ(Objecting(plan, observed), "session") << "the process group is its own still";
}

TEST(Verify, WithoutSetpcapSecurebitsAndBoundingStay) {
  LaunchPlan plan = Planned();
  plan.capabilities.lock_securebits = false;
  plan.capabilities.drop_bounding = 0;
  Observed observed = AsPlanned();
  observed.securebits = 0;
  observed.cap_bounding = ~0ull;
  EXPECT_EQ(Objecting(plan, observed), "");
}

TEST(Verify, AKernelThatDoesNotCountFiltersIsBelieved) {
  Observed observed = AsPlanned();
  observed.seccomp_filters = -1;  // before Linux 5.9
  EXPECT_EQ(Objecting(Planned(), observed), "");
}

TEST(Verify, TheDescriptorsErrorNamesWhatWouldReachIt) {
  Observed observed = AsPlanned();
  observed.fds.push_back({7, false, "/etc/shadow"});
  const auto verified = kDescriptorsMeasure.verify(Planned(), observed);
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().what, testing::HasSubstr("7 (/etc/shadow)"));
}

std::size_t PlaceOf(std::string_view name) {
  const auto measures = Measures();
  for (std::size_t place = 0; place < measures.size(); ++place) {
    if (measures[place].name == name) return place;
  }
  ADD_FAILURE() << "no measure " << name;
  return measures.size();
}

TEST(Registry, TheOrderIsTheOrderOfApplication) {
  EXPECT_EQ(PlaceOf("session"), 0u) << "before anything can fail with a terminal in hand";
  EXPECT_EQ(PlaceOf("seccomp"), Measures().size() - 1) << "it refuses what the others need";
  EXPECT_LT(PlaceOf("cgroup"), PlaceOf("identity")) << "joining needs privilege";
  EXPECT_LT(PlaceOf("cgroup"), PlaceOf("namespaces")) << "cgroups are joined by outer paths";
  EXPECT_LT(PlaceOf("namespaces"), PlaceOf("identity")) << "needs CAP_SYS_ADMIN";
  EXPECT_LT(PlaceOf("namespaces"), PlaceOf("landlock")) << "Landlock forbids mounts";
  EXPECT_LT(PlaceOf("limits"), PlaceOf("identity")) << "raising needs CAP_SYS_RESOURCE";
  EXPECT_LT(PlaceOf("bounding"), PlaceOf("identity")) << "dropping needs CAP_SETPCAP";
  EXPECT_LT(PlaceOf("identity"), PlaceOf("capabilities")) << "setresuid empties the effective set";
  EXPECT_LT(PlaceOf("capabilities"), PlaceOf("parent_death")) << "credentials clear the signal";
  EXPECT_LT(PlaceOf("no_new_privs"), PlaceOf("landlock")) << "without privilege Landlock needs it";
  EXPECT_LT(PlaceOf("landlock"), PlaceOf("descriptors")) << "the ruleset's is closed, too";
  EXPECT_LT(PlaceOf("network"), PlaceOf("landlock")) << "which TCP it refuses is decided before";
  EXPECT_LT(PlaceOf("network"), PlaceOf("seccomp")) << "what is asked about is decided before";
  EXPECT_LT(PlaceOf("no_new_privs"), PlaceOf("seccomp")) << "without privilege the filter needs it";
}

TEST(Registry, RowsAreComplete) {
  std::vector<std::string> names;
  EXPECT_LE(Measures().size(), kMaxSteps);
  for (const Measure& measure : Measures()) {
    names.emplace_back(measure.name);
    EXPECT_TRUE(measure.wanted && measure.support && measure.explain && measure.prepare &&
                measure.verify)
        << measure.name;
    const bool in_parent = measure.name == "environment" || measure.name == "network";
    EXPECT_EQ(measure.apply == nullptr, in_parent) << measure.name;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end()) << "a name twice";
}

TEST(Registry, TheSectionsEnforcementWins) {
  Profile profile;
  EXPECT_EQ(EnforcementFor(profile, "limits"), Enforcement::kStrict);
  profile.enforcement = {{.value = Enforcement::kBestEffort}};
  EXPECT_EQ(EnforcementFor(profile, "limits"), Enforcement::kBestEffort);
  EXPECT_EQ(EnforcementFor(profile, ""), Enforcement::kBestEffort);
  profile.limits.enforcement = {{.value = Enforcement::kPermissive}};
  EXPECT_EQ(EnforcementFor(profile, "limits"), Enforcement::kPermissive);
  for (const char* other : {"", "process", "capabilities", "syscalls", "environment", "filesystem",
                            "network", "node", "namespaces"}) {
    EXPECT_EQ(EnforcementFor(profile, other), Enforcement::kBestEffort) << other;
  }
  profile.process.enforcement = profile.capabilities.enforcement = profile.syscalls.enforcement =
      profile.filesystem.enforcement = profile.network.enforcement = profile.node.enforcement =
          profile.namespaces.enforcement = {{.value = Enforcement::kStrict}};
  for (const char* own :
       {"process", "capabilities", "syscalls", "filesystem", "network", "node", "namespaces"}) {
    EXPECT_EQ(EnforcementFor(profile, own), Enforcement::kStrict) << own;
  }
}

}  // namespace
}  // namespace nodeward
