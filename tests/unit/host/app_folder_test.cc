// "@app": which word is the script, and which folders that opens.
#include "host/app_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ScriptArgument, TheFirstThatIsNoOption) {
  const auto script = [](std::vector<std::string> words) {
    words.insert(words.begin(), "node");
    return std::string(ScriptArgument(words));
  };
  EXPECT_EQ(script({"server.js", "--port", "80"}), "server.js");
  EXPECT_EQ(script({"--trace-warnings", "server.js"}), "server.js");
  EXPECT_EQ(script({"-r", "./tracing.js", "--require", "x", "--import", "y", "s.js"}), "s.js");
  EXPECT_EQ(script({"--require=x", "--env-file=.env", "s.js"}), "s.js");
  EXPECT_EQ(script({"--env-file", ".env", "--env_file", ".env", "-C", "prod", "s.js"}), "s.js");
  EXPECT_EQ(script({"--max-old-space-size=512", "s.js"}), "s.js");
  EXPECT_EQ(script({"--inspect", "s.js"}), "s.js");
  EXPECT_EQ(script({"inspect", "s.js"}), "s.js");
  EXPECT_EQ(script({"--", "-odd.js"}), "-odd.js");
  EXPECT_EQ(script({"-r", "x"}), "");
  EXPECT_EQ(script({"--require"}), "");
  EXPECT_EQ(script({}), "");
  for (const char* none : {"-e", "-p", "--eval", "--print", "-pe", "--test", "--run", "-", "-i",
                           "--eval=1", "--run=x", "--version"}) {
    EXPECT_EQ(script({none, "file.js"}), "") << none;
  }
}

class AppFolder : public testing::Test {
 protected:
  AppFolder() : root_(std::filesystem::canonical(folder_.path())) {
    for (const char* name : {"app", "app/src", "away", "away/sub"}) folder_.MakeFolder(name);
    folder_.Write("app/src/server.js", "");
  }
  AppPlaces Find(const std::string& workdir, std::vector<std::string> words) const {
    words.insert(words.begin(), "node");
    return FindAppPlaces({workdir, words, "", "/usr/bin/node"});
  }
  test::ScratchFolder folder_;
  std::string root_;
};

TEST_F(AppFolder, TheWorkingDirectoryAloneWhereTheScriptLiesInIt) {
  const AppPlaces places = Find(root_ + "/app", {"src/server.js"});
  EXPECT_THAT(places.folders, ElementsAre(root_ + "/app"));
  EXPECT_THAT(places.warnings, IsEmpty());
  EXPECT_THAT(Find(root_ + "/app", {}).folders, ElementsAre(root_ + "/app"));
  EXPECT_THAT(Find(root_ + "/app", {"-e", root_ + "/away"}).folders, ElementsAre(root_ + "/app"));
}

TEST_F(AppFolder, ThePackageAboveAScriptThatLiesOutside) {
  EXPECT_THAT(Find(root_ + "/away", {root_ + "/app/src/server.js"}).folders,
              ElementsAre(root_ + "/away", root_ + "/app/src"))
      << "no package.json: its own folder";
  folder_.Write("app/package.json", "{}");
  EXPECT_THAT(Find(root_ + "/away", {"../app/src/server"}).folders,
              ElementsAre(root_ + "/away", root_ + "/app"))
      << "node adds the ending";
  EXPECT_THAT(Find(root_ + "/app/src", {"../src/server.js"}).folders,
              ElementsAre(root_ + "/app/src"));
  folder_.Write("package.json", "{}");
  folder_.Write("away/sub/a.js", "");
  folder_.Write("b.js", "");
  EXPECT_THAT(Find(root_ + "/app", {root_ + "/b.js"}).folders, ElementsAre(root_))
      << "it holds the other";
}

TEST_F(AppFolder, LinksAreResolved) {
  folder_.Write("app/package.json", "{}");
  std::filesystem::create_symlink(folder_ / "app/src/server.js", folder_ / "away/run.js");
  std::filesystem::create_symlink(folder_ / "away", folder_ / "current");
  EXPECT_THAT(Find(root_ + "/current", {"run.js"}).folders,
              ElementsAre(root_ + "/away", root_ + "/app"));
}

TEST_F(AppFolder, ACommandThatIsAScript) {
  const AppPlaces places =
      FindAppPlaces({root_ + "/away", {"server"}, root_ + "/app/src/server.js", "/usr/bin/node"});
  EXPECT_THAT(places.folders, ElementsAre(root_ + "/away", root_ + "/app/src"));
  const AppPlaces native = FindAppPlaces(
      {root_ + "/away", {"tool", root_ + "/app/src/server.js"}, "", root_ + "/away/tool"});
  EXPECT_THAT(native.folders, ElementsAre(root_ + "/away")) << "not node: its words mean nothing";
}

TEST_F(AppFolder, PackagesOfAWorkspaceLieAbove) {
  folder_.MakeFolder("node_modules");
  EXPECT_THAT(Find(root_ + "/app/src", {}).folders,
              ElementsAre(root_ + "/app/src", root_ + "/node_modules"));
}

TEST_F(AppFolder, FoldersOfTheSystemAreNotOpened) {
  for (const char* folder : {"/", "/etc", "/usr", "/proc/self", "/home", "/dev"}) {
    const AppPlaces places = Find(folder, {});
    EXPECT_THAT(places.folders, IsEmpty()) << folder;
    ASSERT_EQ(places.warnings.size(), 1u) << folder;
    EXPECT_THAT(places.warnings[0], HasSubstr("[process] workdir"));
    EXPECT_THAT(places.warnings[0], HasSubstr("[filesystem] read"));
  }
  const AppPlaces script = Find(root_ + "/app", {"/etc/passwd"});
  EXPECT_THAT(script.folders, ElementsAre(root_ + "/app"));
  EXPECT_THAT(script.files, ElementsAre("/etc/passwd"));
  EXPECT_THAT(script.warnings, ElementsAre(HasSubstr("not /etc")));
}

TEST_F(AppFolder, AHomeIsOpenedWithAWarning) {
  folder_.Write("away/.npmrc", "");
  EXPECT_THAT(Find(root_ + "/away", {}).warnings, IsEmpty()) << "a project may have one";
  folder_.MakeFolder("away/.ssh");
  folder_.MakeFolder("away/.aws");
  const AppPlaces places = Find(root_ + "/away", {});
  EXPECT_THAT(places.folders, ElementsAre(root_ + "/away"));
  EXPECT_THAT(places.warnings, ElementsAre(HasSubstr(".ssh, .aws and .npmrc")));
}

TEST_F(AppFolder, WhatIsNotThereOpensNothing) {
  EXPECT_THAT(Find(root_ + "/absent", {}).folders, IsEmpty());
  EXPECT_THAT(Find(root_ + "/app", {"/no/such/script.js"}).folders, ElementsAre(root_ + "/app"));
}

}  // namespace
}  // namespace nodeward
