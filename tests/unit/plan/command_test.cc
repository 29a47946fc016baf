// From the command as typed to the file: the search, and exit codes as `env` and `docker run` have
// them.
#include "plan/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

class CommandTest : public testing::Test {
 protected:
  CommandTest() {
    folder_.MakeFolder("a");
    folder_.MakeFolder("b");
  }
  std::string Path() const { return folder_ / "a" + ":" + folder_ / "b"; }

  // The path, or "CODE: what".
  std::string Resolve(const std::string& name, const std::string& path,
                      const std::string& workdir = "") const {
    const auto resolved = ResolveCommand(name, path, workdir);
    if (resolved) return *resolved;
    return std::to_string(resolved.error().exit_code) + ": " + resolved.error().what;
  }

  test::ScratchFolder folder_;
};

TEST_F(CommandTest, TheFirstAlongPath) {
  const std::string second = folder_.Write("b/node", "", 0755);
  EXPECT_EQ(Resolve("node", Path()), second);
  const std::string first = folder_.Write("a/node", "", 0755);
  EXPECT_EQ(Resolve("node", Path()), first);
  EXPECT_EQ(Resolve("node", folder_ / "b" + ":" + folder_ / "a"), second);
}

TEST_F(CommandTest, WhatCannotBeExecutedIsPassedOver) {
  folder_.Write("a/node", "", 0644);
  const std::string second = folder_.Write("b/node", "", 0755);
  EXPECT_EQ(Resolve("node", Path()), second);
  folder_.MakeFolder("a/npm");
  const std::string npm = folder_.Write("b/npm", "", 0755);
  EXPECT_EQ(Resolve("npm", Path()), npm) << "a folder of that name";
}

TEST_F(CommandTest, NotFound) {
  EXPECT_THAT(Resolve("no-such-thing", Path()), HasSubstr("127: the command \"no-such-thing\" was "
                                                          "not found in PATH (" +
                                                          Path() + ")"));
  EXPECT_THAT(Resolve("node", ""), HasSubstr("127: "));
  EXPECT_THAT(Resolve("", Path()), HasSubstr("127: "));
  EXPECT_THAT(Resolve(folder_ / "absent", Path()), HasSubstr("127: "));
  folder_.Write("file", "");
  EXPECT_THAT(Resolve(folder_ / "file/below", Path()), HasSubstr("127: ")) << "ENOTDIR";
}

TEST_F(CommandTest, FoundButNotExecutable) {
  const std::string path = folder_.Write("b/node", "", 0644);
  const auto resolved = ResolveCommand("node", Path(), "");
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().exit_code, 126);
  EXPECT_EQ(resolved.error().hint, "chmod +x " + path);
  EXPECT_THAT(Resolve(path, Path()), HasSubstr("126: "));
}

TEST_F(CommandTest, AFolderIsNoCommand) {
  const auto resolved = ResolveCommand(folder_ / "a", Path(), "");
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().exit_code, 126);
  EXPECT_THAT(resolved.error().what, HasSubstr("is a folder"));
  folder_.MakeFolder("a/tool");
  EXPECT_THAT(Resolve("tool", Path()), HasSubstr("127: ")) << "no command of that name along PATH";
}

TEST_F(CommandTest, RelativeEntriesOfPathAreIgnored) {
  folder_.Write("a/node", "", 0755);
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(folder_ / "a");
  for (const char* path : {".", "", ":", "::", "./", "../a", "a", ".:", ":."}) {
    EXPECT_THAT(Resolve("node", path), HasSubstr("127: ")) << "PATH=" << path;
  }
  const std::string other = folder_.Write("b/node", "", 0755);
  EXPECT_EQ(Resolve("node", ".::" + folder_ / "b"), other);
  std::filesystem::current_path(before);
}

TEST_F(CommandTest, ASlashMeansAPath) {
  const std::string path = folder_.Write("a/server", "", 0755);
  EXPECT_EQ(Resolve(path, ""), path) << "absolute, no search";
  EXPECT_EQ(Resolve("./server", "", folder_ / "a"), folder_ / "a/./server");
  EXPECT_EQ(Resolve("a/server", "", folder_.path()), path);
  EXPECT_THAT(Resolve("./server", folder_ / "a", folder_ / "b"), HasSubstr("127: "))
      << "PATH is not searched for it";
}

TEST_F(CommandTest, WithoutAWorkdirRelativeMeansHere) {
  const std::string path = folder_.Write("a/server", "", 0755);
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_EQ(Resolve("a/server", ""), path);
  std::filesystem::current_path(before);
}

TEST_F(CommandTest, LinksAreFollowed) {
  const std::string target = folder_.Write("a/real", "", 0755);
  std::filesystem::create_symlink(target, folder_ / "b/link");
  EXPECT_EQ(Resolve("link", Path()), folder_ / "b/link");
  std::filesystem::create_symlink(folder_ / "absent", folder_ / "b/dangling");
  EXPECT_THAT(Resolve("dangling", Path()), HasSubstr("127: "));
}

TEST(WarnAboutCommand, ShellsAndScriptRunners) {
  for (const char* shell : {"sh", "/bin/sh", "bash", "/usr/bin/bash", "dash", "zsh", "busybox"}) {
    EXPECT_THAT(WarnAboutCommand({shell, "-c", "node x"}), HasSubstr("is a shell")) << shell;
  }
  for (const char* runner : {"npm", "npx", "yarn", "/usr/local/bin/pnpm", "corepack"}) {
    EXPECT_THAT(WarnAboutCommand({runner, "start"}), HasSubstr("starts node as a child")) << runner;
  }
  for (const char* fine : {"node", "/usr/bin/node", "./server", "sh/node", "shell", "/sh/"}) {
    EXPECT_EQ(WarnAboutCommand({fine, "sh"}), "") << fine;
  }
}

}  // namespace
}  // namespace nodeward
