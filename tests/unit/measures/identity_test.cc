// Who the application becomes, on made-up hosts. Ids are numbers without an entry in any passwd
// file; root and nobody are in every one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>

#include "measures/rows.h"
#include "measures/users.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kSetIds = (1ull << CAP_SETUID) | (1ull << CAP_SETGID);

HostReport Root() {
  HostReport host;
  host.groups = {0};
  host.cap_effective = host.cap_permitted = ~0ull;
  return host;
}

// As with docker run --cap-drop ALL.
HostReport RootWithoutCapabilities() {
  HostReport host;
  host.groups = {0};
  return host;
}

HostReport Unprivileged(std::vector<gid_t> groups = {}) {
  HostReport host;
  host.uid = 54321;
  host.gid = 54322;
  host.groups = std::move(groups);
  return host;
}

template <class T>
Setting<T> Set(T value) {
  return Located<T>{std::move(value), {"app.toml", 5, 1}};
}

Profile As(std::string user) {
  Profile profile;
  profile.process.user = Set(std::move(user));
  return profile;
}

TextList List(std::vector<std::string> values) {
  TextList list(std::in_place);
  for (auto& value : values) list->push_back({std::move(value), {"app.toml", 6, 11}});
  return list;
}

Support SupportOf(const Profile& profile, const HostReport& host) {
  return kIdentityMeasure.support(profile, host);
}
bool IsFull(const Profile& profile, const HostReport& host) {
  return std::holds_alternative<Full>(SupportOf(profile, host));
}

Result<PlannedIdentity> Prepare(const Profile& profile, const HostReport& host) {
  LaunchPlan plan;
  if (auto prepared = kIdentityMeasure.prepare(profile, host, plan); !prepared) {
    return Fail(prepared.error());
  }
  return plan.identity;
}

std::string Refusal(const Profile& profile, const HostReport& host) {
  const auto identity = Prepare(profile, host);
  return identity ? "(prepared as " + std::to_string(identity->uid) + ")" : identity.error().what;
}

TEST(IdentityRoot, BecomesTheNamedUser) {
  EXPECT_TRUE(IsFull(As("54321"), Root()));
  const auto identity = Prepare(As("54321"), Root());
  ASSERT_TRUE(identity);
  EXPECT_TRUE(identity->change);
  EXPECT_EQ(identity->uid, 54321u);
  EXPECT_EQ(identity->gid, 54321u);
  EXPECT_TRUE(identity->set_groups);
  EXPECT_THAT(identity->groups, IsEmpty()) << "root's own groups must not stay";
  EXPECT_EQ(identity->umask, 0077u);
  EXPECT_EQ(identity->home, "/");
  EXPECT_EQ(identity->user, "");
  EXPECT_EQ(identity->workdir, "");
}

TEST(IdentityRoot, WithoutAUserNeverRoot) {
  const auto identity = Prepare(Profile{}, Root());
  ASSERT_TRUE(identity);
  const auto node = UserFiles().FindUser("node");
  EXPECT_EQ(identity->uid, node && node->uid != 0 ? node->uid : 65532u);
  EXPECT_NE(identity->gid, 0u);
}

TEST(IdentityRoot, ByNameWithItsGroupAndHome) {
  const auto nobody = UserFiles().FindUser("nobody");
  ASSERT_TRUE(nobody) << "every Linux has nobody";
  const auto identity = Prepare(As("nobody"), Root());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->uid, nobody->uid);
  EXPECT_EQ(identity->gid, nobody->gid);
  EXPECT_EQ(identity->user, "nobody");
  EXPECT_EQ(identity->home, nobody->home);
}

TEST(IdentityRoot, GroupAndGroupsOfTheProfile) {
  Profile profile = As("54321");
  profile.process.group = Set<std::string>("700");
  profile.process.groups = List({"903", "901", "903"});
  profile.process.umask = Set<std::uint32_t>(027);
  const auto identity = Prepare(profile, Root());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->gid, 700u);
  EXPECT_THAT(identity->groups, ElementsAre(901, 903));
  EXPECT_EQ(identity->umask, 027u);
}

TEST(IdentityRoot, IsNeverTheTarget) {
  for (const std::string user : {"root", "0", "00"}) {
    EXPECT_EQ(Refusal(As(user), Root()), "the application must not run as root (uid 0)") << user;
  }
  Profile group = As("54321");
  group.process.group = Set<std::string>("0");
  EXPECT_THAT(Refusal(group, Root()), HasSubstr("gid 0"));
  Profile groups = As("54321");
  groups.process.groups = List({"54321", "root"});
  EXPECT_THAT(Refusal(groups, Root()), HasSubstr("gid 0"));
}

TEST(IdentityRoot, WithoutSetuidCannotDrop) {
  for (const std::uint64_t capabilities : {std::uint64_t{0}, std::uint64_t{1} << CAP_SETUID,
                                           std::uint64_t{1} << CAP_SETGID, ~kSetIds}) {
    HostReport host = RootWithoutCapabilities();
    host.cap_effective = capabilities;
    const Support support = SupportOf(As("54321"), host);
    ASSERT_TRUE(std::holds_alternative<Unavailable>(support)) << std::hex << capabilities;
    const auto& none = std::get<Unavailable>(support);
    EXPECT_THAT(none.why, HasSubstr("without CAP_SETUID and CAP_SETGID"));
    EXPECT_THAT(none.hint, HasSubstr("docker run --user 54321"));
    EXPECT_EQ(Refusal(As("54321"), host), "the application would run as root")
        << "best-effort does not go on as root";
  }
}

TEST(IdentityRoot, NamesThatDoNotExistSayWhere) {
  const auto user = Prepare(As("no-such-user-here"), Root());
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().where, "app.toml:5:1");
  Profile profile = As("54321");
  profile.process.groups = List({"no-such-group-here"});
  const auto group = Prepare(profile, Root());
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().where, "app.toml:6:11");
}

TEST(IdentityRoot, AtMost64Groups) {
  Profile profile = As("54321");
  profile.process.groups.emplace();
  for (int gid = 100; gid < 164; ++gid) {
    profile.process.groups->push_back({std::to_string(gid), {}});
  }
  EXPECT_TRUE(Prepare(profile, Root()));
  profile.process.groups->push_back({"164", {}});
  EXPECT_THAT(Refusal(profile, Root()), HasSubstr("more than 64"));
}

TEST(IdentityRoot, WhereSetgroupsIsForbidden) {
  HostReport host = Root();
  host.setgroups_allowed = false;
  host.groups = {54321};
  EXPECT_TRUE(IsFull(As("54321"), host)) << "the own group beside itself is no gain";
  host.groups = {54321, 998};
  const Support support = SupportOf(As("54321"), host);
  ASSERT_TRUE(std::holds_alternative<Partial>(support));
  EXPECT_THAT(std::get<Partial>(support).missing, HasSubstr("setgroups(2)"));
  const auto identity = Prepare(As("54321"), host);
  ASSERT_TRUE(identity);
  EXPECT_FALSE(identity->set_groups);
  EXPECT_THAT(identity->groups, ElementsAre(54321, 998)) << "what verification must expect";
}

TEST(IdentityUnprivileged, StaysWhoItIs) {
  EXPECT_TRUE(IsFull(Profile{}, Unprivileged({998})));
  const auto identity = Prepare(Profile{}, Unprivileged({998}));
  ASSERT_TRUE(identity);
  EXPECT_FALSE(identity->change);
  EXPECT_FALSE(identity->set_groups);
  EXPECT_EQ(identity->uid, 54321u);
  EXPECT_EQ(identity->gid, 54322u) << "its own group, although the uid has no entry";
  EXPECT_THAT(identity->groups, ElementsAre(998));
}

TEST(IdentityUnprivileged, NamingItselfIsFine) {
  EXPECT_TRUE(IsFull(As("54321"), Unprivileged()));
  EXPECT_EQ(Prepare(As("54321"), Unprivileged())->gid, 54322u);
}

TEST(IdentityUnprivileged, CannotBecomeAnother) {
  const Support support = SupportOf(As("54399"), Unprivileged());
  ASSERT_TRUE(std::holds_alternative<Unavailable>(support));
  EXPECT_THAT(std::get<Unavailable>(support).why, HasSubstr("cannot become 54399:54399"));
  Profile profile;
  profile.process.group = Set<std::string>("700");
  EXPECT_TRUE(std::holds_alternative<Unavailable>(SupportOf(profile, Unprivileged())));
}

TEST(IdentityUnprivileged, BestEffortGoesOnUnderItsOwnName) {
  const auto identity = Prepare(As("nobody"), Unprivileged());
  ASSERT_TRUE(identity);
  EXPECT_FALSE(identity->change);
  EXPECT_EQ(identity->uid, 54321u);
  EXPECT_EQ(identity->user, "") << "USER and HOME must not be those of a user that it is not";
  EXPECT_EQ(identity->home, "/");
}

TEST(IdentityUnprivileged, RootIsRefusedAsATarget) {
  EXPECT_EQ(Refusal(As("root"), Unprivileged()), "the application must not run as root (uid 0)");
}

TEST(IdentityUnprivileged, ItsOwnRootGroupStays) {
  HostReport host = Unprivileged();  // as OpenShift starts containers: any uid, gid 0
  host.gid = 0;
  EXPECT_TRUE(IsFull(Profile{}, host));
  ASSERT_TRUE(Prepare(Profile{}, host));
  EXPECT_EQ(Prepare(Profile{}, host)->gid, 0u);
}

TEST(IdentityUnprivileged, GroupsThatCannotBeLeft) {
  Profile none;
  none.process.groups = List({});
  EXPECT_TRUE(IsFull(none, Unprivileged({54322}))) << "the own group beside itself is no gain";
  const Support support = SupportOf(none, Unprivileged({998, 54322, 997}));
  ASSERT_TRUE(std::holds_alternative<Partial>(support));
  EXPECT_THAT(std::get<Partial>(support).missing, HasSubstr("998 and 997 stay"));
  Profile named;
  named.process.groups = List({"997", "998"});
  EXPECT_TRUE(IsFull(named, Unprivileged({998, 997})));
}

TEST(IdentityUnprivileged, GroupsThatCannotBeJoined) {
  Profile profile;
  profile.process.groups = List({"44", "998"});
  const Support support = SupportOf(profile, Unprivileged({998}));
  ASSERT_TRUE(std::holds_alternative<Partial>(support));
  EXPECT_THAT(std::get<Partial>(support).missing, HasSubstr("44"));
}

// Not root, but with the capabilities (AmbientCapabilities= of a unit).
TEST(IdentityCapable, AnotherGroupIsReallyTaken) {
  HostReport host = Unprivileged({998});
  host.cap_effective = kSetIds;
  Profile profile;
  profile.process.group = Set<std::string>("700");
  EXPECT_TRUE(IsFull(profile, host));
  const auto identity = Prepare(profile, host);
  ASSERT_TRUE(identity);
  EXPECT_TRUE(identity->change);
  EXPECT_EQ(identity->gid, 700u);
}

TEST(IdentityCapable, GroupsAreReallyLeft) {
  HostReport host = Unprivileged({998});
  host.cap_effective = kSetIds;
  Profile profile;
  profile.process.groups = List({});
  EXPECT_TRUE(IsFull(profile, host));
  const auto identity = Prepare(profile, host);
  ASSERT_TRUE(identity);
  EXPECT_TRUE(identity->set_groups);
  EXPECT_THAT(identity->groups, IsEmpty());
}

TEST(IdentityWorkdir, AbsoluteAndOutsideProc) {
  const auto in = [](std::string path) {
    Profile profile = As("54321");
    profile.process.workdir = Set(std::move(path));
    return profile;
  };
  EXPECT_EQ(Prepare(in("/srv/app"), Root())->workdir, "/srv/app");
  EXPECT_EQ(Prepare(in("/process"), Root())->workdir, "/process");
  for (const char* path : {"/proc/self/fd/7", "/proc", "/proc/", "/proc/1/root", "//proc/self/fd/7",
                           "/./proc/self/fd/7", "/srv/../proc/self/fd/7"}) {
    const auto identity = Prepare(in(path), Root());
    ASSERT_FALSE(identity) << path;
    EXPECT_THAT(identity.error().what, HasSubstr("must not lie in /proc"));
    EXPECT_EQ(identity.error().where, "app.toml:5:1");
  }
  EXPECT_THAT(Refusal(in("app"), Root()), HasSubstr("must be an absolute path"));
  EXPECT_THAT(Refusal(in("./app"), Root()), HasSubstr("must be an absolute path"));
}

TEST(IdentityExplain, SaysWhoAndHow) {
  EXPECT_THAT(kIdentityMeasure.explain(As("54321"), Root()).what,
              HasSubstr("runs as 54321:54321, without supplementary groups"));
  const Explanation stays = kIdentityMeasure.explain(Profile{}, Unprivileged({998}));
  EXPECT_THAT(stays.what, HasSubstr("stays 54321:54322"));
  EXPECT_THAT(stays.lines, ElementsAre(HasSubstr("998")));
  EXPECT_THAT(kIdentityMeasure.explain(As("no-such-user-here"), Root()).what,
              HasSubstr("no-such-user-here"));
}

// A rootless container has the ids of /etc/subuid, and without any its own alone.
TEST(IdentityInAUserNamespace, AnIdThatItDoesNotHaveIsRefusedByName) {
  HostReport host = Root();
  host.uids = host.gids = {{0, 1}, {1, 65536}};
  EXPECT_TRUE(IsFull(As("65532"), host));
  host.uids = {{0, 1}, {100, 900}};
  for (const auto& [user, full] : {std::pair{"99", false}, {"100", true}, {"999", true}}) {
    EXPECT_EQ(IsFull(As(user), host), full) << user;
  }
  const Support support = SupportOf(As("1000"), host);
  const auto* missing = std::get_if<Unavailable>(&support);
  ASSERT_NE(missing, nullptr);
  EXPECT_EQ(missing->why, "this user namespace has no user 1000, only 0 and 100 to 999");
  EXPECT_THAT(missing->hint, HasSubstr("/etc/subuid"));
  EXPECT_EQ(Refusal(As("1000"), host), missing->why) << "best-effort has nobody to be instead";
}

TEST(IdentityInAUserNamespace, SoIsAGroup) {
  HostReport host = Root();
  host.gids = {{0, 60000}};
  EXPECT_TRUE(IsFull(As("54321"), host));
  Profile profile = As("54321");
  profile.process.groups = List({"59999", "60001"});
  const Support support = SupportOf(profile, host);
  const auto* missing = std::get_if<Unavailable>(&support);
  ASSERT_NE(missing, nullptr);
  EXPECT_EQ(missing->why, "this user namespace has no group 60001, only 0 to 59999");
}

}  // namespace
}  // namespace nodeward
