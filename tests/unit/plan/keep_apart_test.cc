// What governs a launch lies beneath no rule of it: profile, vault, identity and nodeward.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "plan/plan.h"
#include "plan/secrets.h"
#include "profile/load.h"
#include "support/scratch_folder.h"
#include "unit/host/elf_builder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

class KeepApartTest : public testing::Test {
 protected:
  KeepApartTest() {
    unsetenv("CREDENTIALS_DIRECTORY");
    chmod(folder_.path().c_str(), 0755);
    for (const char* name : {"bin", "app", "data", "kept"}) folder_.MakeFolder(name);
    folder_.Write("bin/node", test::BuildElf({.dynamic = false}), 0755);
    host_.cap_effective = host_.cap_permitted = host_.cap_bounding = (std::uint64_t{1} << 41) - 1;
    host_.seccomp.filter = host_.seccomp.user_notif = host_.pidfd_getfd = true;
    host_.landlock_abi = 9;
    profile_ =
        *LoadProfile({"default",
                      {"process.user=\"54321\"", "process.workdir=\"" + (folder_ / "app") + "\"",
                       "filesystem.read=[\"@node\", \"@app\"]",
                       "filesystem.write=[\"" + (folder_ / "data") + "\"]",
                       "filesystem.list=[\"" + (folder_ / "kept") + "\"]"}});
  }
  // The error, or empty.
  std::string Refused() const {
    PlanRequest request;
    request.profile = profile_;
    request.host = host_;
    request.command = {"node", "server.js"};
    request.environment = {"PATH=" + (folder_ / "bin")};
    const auto plan = MakePlan(std::move(request), {}, false);
    return plan ? "" : FormatError(plan.error().front());
  }
  void UseVault(const std::string& vault, const std::string& identity) {
    profile_.secrets.vaults = {{{.value = vault}}};
    profile_.secrets.identity = {{.value = identity}};
  }
  std::string Kept(const char* name) const {
    return folder_.Write("kept/" + std::string(name), "", 0600);
  }

  test::ScratchFolder folder_;
  HostReport host_;
  Profile profile_;
};

TEST_F(KeepApartTest, InAFolderOfTheirOwnTheyMayLie) {
  profile_.files = {Kept("app.toml"), Kept("base.toml")};
  UseVault(Kept("app.age"), Kept("id.txt"));
  EXPECT_EQ(Refused(), "") << "to list their names is not to read them";
}

TEST_F(KeepApartTest, AProfileBeneathARule) {
  profile_.files = {Kept("app.toml"), folder_.Write("data/base.toml", "")};
  EXPECT_THAT(Refused(), HasSubstr("the profile lies beneath " + (folder_ / "data") +
                                   ", which the application may write"));
  profile_.files = {folder_.Write("app/nodeward.toml", "")};
  EXPECT_THAT(Refused(), HasSubstr("which the application may read (\"@app\")"));
}

TEST_F(KeepApartTest, AVaultBeneathARule) {
  UseVault(folder_.Write("app/app.age", ""), Kept("id.txt"));
  EXPECT_THAT(Refused(), HasSubstr("the vault lies beneath " + (folder_ / "app")));
}

TEST_F(KeepApartTest, EachOfSeveralVaults) {
  UseVault(Kept("app.age"), Kept("id.txt"));
  for (const bool first : {true, false}) {
    const std::string base = Kept("base.age");
    const std::string astray = folder_.Write("data/site.age", "");
    profile_.secrets.vaults = first ? TextList({{.value = astray}, {.value = base}})
                                    : TextList({{.value = base}, {.value = astray}});
    EXPECT_THAT(Refused(), HasSubstr(astray + ": the vault lies beneath " + (folder_ / "data")));
  }
}

TEST_F(KeepApartTest, AnIdentityBeneathARule) {
  UseVault(Kept("app.age"), folder_.Write("data/id.txt", "", 0600));
  EXPECT_THAT(Refused(), HasSubstr("the vault's identity lies beneath " + (folder_ / "data")));
}

TEST_F(KeepApartTest, AnIdentityThatIsItselfListed) {
  const std::string identity = Kept("id.txt");
  UseVault(Kept("app.age"), identity);
  profile_.filesystem.read->push_back({identity, {}});
  EXPECT_THAT(Refused(), HasSubstr("the vault's identity lies beneath " + identity));
}

TEST_F(KeepApartTest, LinksHideNothing) {
  std::filesystem::create_symlink("../data", folder_ / "kept/link");
  folder_.Write("data/app.toml", "");
  profile_.files = {folder_ / "kept/link/app.toml"};
  EXPECT_THAT(Refused(), HasSubstr("the profile lies beneath"));
  profile_.files = {folder_ / "kept/../data/./app.toml"};
  EXPECT_THAT(Refused(), HasSubstr("the profile lies beneath"));
  std::filesystem::create_symlink(Kept("real.toml"), folder_ / "data/out.toml");
  profile_.files = {folder_ / "data/out.toml"};
  EXPECT_THAT(Refused(), HasSubstr("the profile lies beneath"))
      << "the link itself can be replaced by the application";
}

TEST_F(KeepApartTest, ARuleOverEverything) {
  profile_.files = {Kept("app.toml")};
  profile_.filesystem.read->push_back({"/", {}});
  EXPECT_THAT(Refused(), HasSubstr("the profile lies beneath /, which the application may read"));
}

TEST_F(KeepApartTest, NodewardsOwnProgramIsGuardedByItsModeAsWell) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  profile_.filesystem.write->push_back({self.parent_path(), {}});
  EXPECT_EQ(Refused(), "") << "root's own, which the application's user cannot write";
  struct stat facts {};
  ASSERT_EQ(stat(self.c_str(), &facts), 0);
  ASSERT_EQ(chmod(self.c_str(), facts.st_mode | 0002), 0);
  const std::string refused = Refused();
  ASSERT_EQ(chmod(self.c_str(), facts.st_mode), 0);
  EXPECT_THAT(refused,
              HasSubstr("nodeward's own program lies beneath " + self.parent_path().string() +
                        ", which the application may write"));
}

TEST_F(KeepApartTest, WhoCouldPutAnotherFileThere) {
  PlannedIdentity user;
  user.uid = user.gid = 54321;
  const std::string folder = folder_ / "data";
  const std::string file = folder_.Write("data/program", "", 0755);
  EXPECT_FALSE(ReplaceableBy(file, user));
  chmod(file.c_str(), 0757);
  EXPECT_TRUE(ReplaceableBy(file, user));
  chmod(file.c_str(), 0755);
  chmod(folder.c_str(), 0777);
  EXPECT_TRUE(ReplaceableBy(file, user)) << "by another of its name";
  chmod(folder.c_str(), 01777);
  EXPECT_FALSE(ReplaceableBy(file, user)) << "as in /tmp";
  ASSERT_EQ(chown(file.c_str(), 54321, 0), 0);
  EXPECT_TRUE(ReplaceableBy(file, user));
  ASSERT_EQ(chown(file.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(folder.c_str(), 54321, 0), 0);
  EXPECT_TRUE(ReplaceableBy(file, user)) << "a sticky folder's owner may";
}

TEST_F(KeepApartTest, ANameThatOnlyBeginsAlike) {
  folder_.MakeFolder("data2");
  profile_.files = {folder_.Write("data2/app.toml", "")};
  EXPECT_EQ(Refused(), "");
}

TEST_F(KeepApartTest, WhatIsMadeBeforeARestart) {
  // Refresh looks again: the rules may lead elsewhere by then.
  std::filesystem::create_symlink("data", folder_ / "current");
  profile_.filesystem.write = {{{folder_ / "current", {}}}};
  profile_.files = {Kept("app.toml")};
  PlanRequest request;
  request.profile = profile_;
  request.host = host_;
  request.command = {"node", "server.js"};
  request.environment = {"PATH=" + (folder_ / "bin")};
  auto plan = MakePlan(std::move(request), {}, true);
  ASSERT_TRUE(plan) << FormatError(plan.error().front());
  EXPECT_TRUE(Refresh(*plan));
  std::filesystem::remove(folder_ / "current");
  std::filesystem::create_symlink("kept", folder_ / "current");
  const auto refreshed = Refresh(*plan);
  ASSERT_FALSE(refreshed);
  EXPECT_THAT(refreshed.error().what, HasSubstr("the profile lies beneath"));
}

}  // namespace
}  // namespace nodeward
