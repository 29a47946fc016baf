// What [namespaces] comes to on made-up hosts.
#include "measures/namespaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <linux/capability.h>
#include <unistd.h>
#include <filesystem>

#include "measures/landlock_rights.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr NamespaceReport kAllowed{
    .tried = true, .in_user = false, .user = -1, .others = 0, .mounts = 0, .proc = 0};

HostReport Root() {
  HostReport host;
  host.cap_effective = host.cap_permitted = host.cap_bounding = ~0ull;
  host.landlock_abi = 6;
  host.namespaces = kAllowed;
  return host;
}

HostReport User() {
  HostReport host;
  host.uid = 54321;
  host.gid = 54322;
  host.landlock_abi = 6;
  host.namespaces = kAllowed;
  host.namespaces.in_user = true;
  host.namespaces.user = 0;
  return host;
}

Setting<bool> Yes() { return Located<bool>{true, {"app.toml", 7, 1}}; }

Profile Asking(std::initializer_list<Setting<bool> NamespacesSection::*> keys) {
  Profile profile;
  for (const auto key : keys) profile.namespaces.*key = Yes();
  return profile;
}

using N = NamespacesSection;

Profile AskingForAll() { return Asking({&N::user, &N::pid, &N::mount, &N::ipc, &N::uts, &N::net}); }

TextList List(std::vector<std::string> values) {
  TextList list(std::in_place);
  for (auto& value : values) list->push_back({std::move(value), {"app.toml", 6, 11}});
  return list;
}

Support SupportOf(const Profile& profile, const HostReport& host) {
  return kNamespacesMeasure.support(profile, host);
}

std::string WhyNot(const Profile& profile, const HostReport& host) {
  const Support support = SupportOf(profile, host);
  if (const auto* none = std::get_if<Unavailable>(&support)) return none->why + " | " + none->hint;
  return std::holds_alternative<Full>(support) ? "full" : "partial";
}

TEST(Namespaces, AreWantedOnlyWhereOneIsAskedFor) {
  EXPECT_FALSE(WantsNamespaces(Profile{}));
  for (const auto key : {&N::user, &N::pid, &N::mount, &N::ipc, &N::uts, &N::net}) {
    Profile profile = Asking({key});
    EXPECT_TRUE(WantsNamespaces(profile));
    (profile.namespaces.*key)->value = false;
    EXPECT_FALSE(WantsNamespaces(profile));
  }
  Profile profile = AskingForAll();
  profile.namespaces.enforcement = Located<Enforcement>{Enforcement::kPermissive, {}};
  EXPECT_FALSE(WantsNamespaces(profile));
}

TEST(Namespaces, RootMakesThemWithoutAUserNamespace) {
  EXPECT_EQ(WhyNot(AskingForAll(), Root()), "full");
  Profile keeps = AskingForAll();
  keeps.capabilities.keep = List({"net_bind_service"});
  EXPECT_EQ(WhyNot(keeps, Root()), "partial") << "the kept one would count outside";
}

TEST(Namespaces, AUserMakesThemInAUserNamespaceAlone) {
  EXPECT_EQ(WhyNot(AskingForAll(), User()), "full");
  EXPECT_THAT(WhyNot(Asking({&N::pid}), User()),
              testing::AllOf(HasSubstr("CAP_SYS_ADMIN"), HasSubstr("[namespaces] user = true")));
  HostReport refusing = User();
  refusing.namespaces.user = EPERM;
  EXPECT_THAT(WhyNot(AskingForAll(), refusing), HasSubstr("refuses user namespaces"));
  EXPECT_THAT(WhyNot(Asking({&N::pid}), refusing), HasSubstr("--cap-add SYS_ADMIN"));
  refusing.namespaces.user = ENOSPC;
  EXPECT_THAT(WhyNot(AskingForAll(), refusing), HasSubstr("max_user_namespaces"));
}

TEST(Namespaces, RootWithoutSysAdminWouldHaveToChangeTheUserInThere) {
  HostReport docker = Root();
  docker.cap_effective &= ~(1ull << CAP_SYS_ADMIN);
  EXPECT_THAT(WhyNot(AskingForAll(), docker), HasSubstr("could not change the user"));
}

TEST(Namespaces, EachRefusalOfTheTrialConcernsWhatAsksForIt) {
  HostReport host = Root();
  host.namespaces.proc = EPERM;
  EXPECT_THAT(WhyNot(Asking({&N::pid}), host), HasSubstr("an own /proc is refused"));
  EXPECT_EQ(WhyNot(Asking({&N::mount, &N::net}), host), "full");
  host = Root();
  host.namespaces.mounts = ENOSYS;
  EXPECT_THAT(WhyNot(Asking({&N::mount}), host), HasSubstr("Linux 5.12"));
  EXPECT_EQ(WhyNot(Asking({&N::pid, &N::net}), host), "full");
  host.namespaces.others = EPERM;
  EXPECT_THAT(WhyNot(Asking({&N::net}), host), HasSubstr("namespaces are refused here"));
}

// As plan/ does, with the command at `path`.
Result<LaunchPlan> Prepared(const Profile& profile, const HostReport& host,
                            const std::string& path = "/bin/sh") {
  LaunchPlan plan;
  plan.path = path;
  plan.command = {path};
  plan.identity.workdir = "/";
  auto prepared = kNamespacesMeasure.prepare(profile, host, plan);
  if (!prepared) return Fail(prepared.error());
  return plan;
}

Profile Mounting() {
  Profile profile = Asking({&N::mount, &N::pid});
  profile.process.user = Located<std::string>{"61240", {}};
  profile.process.workdir = Located<std::string>{"/", {}};
  return profile;
}

TEST(Namespaces, WhatIsWrittenStaysWritableButForWhatIsItsOwn) {
  Profile profile = Mounting();
  profile.filesystem.write = List({"/tmp", "/var/log", "/dev/null", "/var/cache"});
  profile.filesystem.read = List({"/proc"});
  const auto plan = Prepared(profile, Root());
  ASSERT_TRUE(plan) << plan.error().what;
  EXPECT_THAT(plan->namespaces.writable, ElementsAre("/var/cache", "/var/log"));
  EXPECT_THAT(plan->namespaces.private_folders, Contains("/tmp"));
  std::vector<std::string> replaced;
  for (const PlannedMountRule& rule : plan->namespaces.rules) {
    replaced.push_back(rule.path);
    EXPECT_NE(rule.rights, 0u) << rule.path;
  }
  EXPECT_THAT(replaced, ElementsAre("/proc", "/tmp")) << "a rule holds a file, not its name";
}

TEST(Namespaces, WhatTheTreeWouldHideOrCannotHoldIsRefused) {
  const auto refused = [](const Profile& profile, const std::string& path = "/bin/sh") {
    const auto plan = Prepared(profile, Root(), path);
    return plan ? std::string("taken") : plan.error().what;
  };
  Profile profile = Mounting();
  EXPECT_EQ(refused(profile), "taken");
  const std::string program = "/tmp/nodeward-test-program-" + std::to_string(getpid());
  std::filesystem::copy_file("/bin/true", program);
  EXPECT_THAT(refused(profile, program), HasSubstr("the command lies in /tmp"));
  std::filesystem::remove(program);
  profile.filesystem.write = List({"/"});
  EXPECT_THAT(refused(profile), HasSubstr("read-only"));
  profile.filesystem.write = List({"/proc/sys"});
  EXPECT_THAT(refused(profile), HasSubstr("read-only"));
  char folder[] = "/tmp/nodeward-test-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  profile = Mounting();
  profile.filesystem.read = List({folder});
  EXPECT_THAT(refused(profile), HasSubstr("lies in /tmp"));
  profile = Mounting();
  profile.process.workdir = Located<std::string>{folder, {}};
  EXPECT_THAT(refused(profile), HasSubstr("the working directory lies in /tmp"));
  rmdir(folder);
}

TEST(Namespaces, WithoutOwnMountsNothingIsPlannedForThem) {
  Profile profile = Mounting();
  profile.namespaces.mount.reset();
  profile.namespaces.pid.reset();
  profile.namespaces.net = Yes();
  profile.filesystem.write = List({"/tmp", "/var/log"});
  const auto plan = Prepared(profile, Root());
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->namespaces.writable.empty() && plan->namespaces.rules.empty());
  EXPECT_TRUE(plan->namespaces.net);
}

TEST(Namespaces, InAUserNamespaceEveryCapabilityIsDroppedAnew) {
  LaunchPlan plan;
  plan.namespaces.user = true;
  HostReport host = User();
  host.last_capability = 40;
  ASSERT_TRUE(kBoundingMeasure.prepare({}, host, plan));
  ASSERT_TRUE(kCapabilitiesMeasure.prepare({}, host, plan));
  EXPECT_EQ(plan.capabilities.drop_bounding, (1ull << 41) - 1);
  EXPECT_TRUE(plan.capabilities.lock_securebits);
  EXPECT_EQ(plan.capabilities.keep, 0u);
}

}  // namespace
}  // namespace nodeward
