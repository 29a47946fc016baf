// "@node" as files: of made-up commands, and of this machine.
#include "host/node_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "host/system_files.h"
#include "kernel/architecture.h"
#include "support/scratch_folder.h"
#include "unit/host/elf_builder.h"

namespace nodeward {
namespace {

using test::BuildElf;
using testing::ElementsAre;
using testing::HasSubstr;

class NodeFilesTest : public testing::Test {
 protected:
  NodeFilesTest() {
    folder_.MakeFolder("bin");
    folder_.MakeFolder("lib");
    folder_.Write("lib/ld.so", BuildElf({}), 0755);
    folder_.Write("lib/liba.so", BuildElf({}));
    node_ = folder_.Write("bin/node",
                          BuildElf({.interpreter = folder_ / "lib/ld.so",
                                    .needed = {"liba.so"},
                                    .runpath = "$ORIGIN/../lib"}),
                          0755);
  }
  Result<NodeFiles> Find(const std::string& command) const {
    return FindNodeFiles(command, {folder_ / "bin", ""});
  }
  // "rwx PATH WHY" of what lies in the folder.
  std::vector<std::string> Own(const NodeFiles& found) const {
    std::vector<std::string> own;
    for (const NodeFile& file : found.files) {
      if (!file.path.starts_with(folder_.path() + "/")) continue;
      own.push_back(std::string(file.read ? "r" : "-") + (file.write ? "w" : "-") +
                    (file.exec ? "x " : "- ") + file.path.substr(folder_.path().size() + 1) + " " +
                    std::string(file.why));
    }
    return own;
  }
  test::ScratchFolder folder_;
  std::string node_;
};

TEST_F(NodeFilesTest, AProgramItsLoaderAndItsLibraries) {
  const auto found = Find(node_);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_THAT(Own(*found), ElementsAre("r-x bin/node program", "r-x lib/ld.so loader",
                                       "r-- lib/liba.so library"));
  EXPECT_EQ(found->program, node_);
  EXPECT_EQ(found->script, "");
  EXPECT_FALSE(found->through_env);
}

TEST_F(NodeFilesTest, LinksAreResolved) {
  std::filesystem::create_symlink("node", folder_ / "bin/nodejs");
  std::filesystem::rename(folder_ / "lib/liba.so", folder_ / "lib/liba.so.1");
  std::filesystem::create_symlink("liba.so.1", folder_ / "lib/liba.so");
  const auto found = Find(folder_ / "bin/nodejs");
  ASSERT_TRUE(found);
  EXPECT_THAT(Own(*found), ElementsAre("r-x bin/node program", "r-x lib/ld.so loader",
                                       "r-- lib/liba.so.1 library"));
}

TEST_F(NodeFilesTest, AFolderThatOthersFillIsNotOpenedForAddons) {
  std::filesystem::rename(folder_ / "lib/liba.so", folder_ / "lib/libc.so.6");
  folder_.Write("bin/node", BuildElf({.interpreter = folder_ / "lib/ld.so",
                                      .needed = {"libc.so.6"},
                                      .runpath = "$ORIGIN/../lib"}));
  const auto found = Find(node_);
  ASSERT_TRUE(found);
  EXPECT_THAT(Own(*found), testing::Contains("r-- lib/libc.so.6 library"));
  EXPECT_THAT(Own(*found), testing::Not(testing::Contains(HasSubstr("libraries")))) << "below /tmp";
}

TEST_F(NodeFilesTest, AScriptAndItsInterpreter) {
  const std::string script = folder_.Write("server", "#!" + node_ + " --trace\n", 0755);
  const auto found = Find(script);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_THAT(Own(*found), ElementsAre("r-x server script", "r-x bin/node program",
                                       "r-x lib/ld.so loader", "r-- lib/liba.so library"));
  EXPECT_EQ(found->script, script);
  EXPECT_EQ(found->program, node_);
  EXPECT_FALSE(found->through_env);
}

TEST_F(NodeFilesTest, EnvFindsTheInterpreterInPath) {
  const std::string script = folder_.Write("server", "#!/usr/bin/env node\n", 0755);
  const auto found = Find(script);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_TRUE(found->through_env);
  EXPECT_EQ(found->program, node_);
  const auto env = std::ranges::find(found->files, "env", &NodeFile::why);
  ASSERT_NE(env, found->files.end());
  EXPECT_TRUE(env->exec);
  const auto lost = Find(folder_.Write("other", "#!/usr/bin/env no-such-node\n", 0755));
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().what, HasSubstr("env would not find \"no-such-node\""));
  EXPECT_EQ(lost.error().exit_code, 126);
}

TEST_F(NodeFilesTest, ScriptsOfScriptsEnd) {
  const std::string loop = folder_ / "loop";
  folder_.Write("loop", "#!" + loop + "\n", 0755);
  EXPECT_THAT(Find(loop).error().what, HasSubstr("too often"));
  EXPECT_THAT(Find(folder_.Write("relative", "#!bin/node\n", 0755)).error().what,
              HasSubstr("no absolute path"));
}

TEST_F(NodeFilesTest, WhatCannotStart) {
  const auto text = Find(folder_.Write("text", "console.log(1)\n", 0755));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().exit_code, 126);
  EXPECT_THAT(text.error().what, HasSubstr("neither a program nor a script"));
  const auto musl =
      Find(folder_.Write("bin/musl", BuildElf({.interpreter = "/lib/ld-absent.so.1"}), 0755));
  EXPECT_THAT(musl.error().what, HasSubstr("its loader /lib/ld-absent.so.1 is not there"));
  // A loader that is no program of this machine opens nothing.
  const auto odd = Find(folder_.Write("bin/odd", BuildElf({.interpreter = "/etc/passwd"}), 0755));
  EXPECT_THAT(odd.error().what, HasSubstr("neither a program nor a script"));
  EXPECT_FALSE(Find(folder_ / "absent"));
}

TEST_F(NodeFilesTest, AStaticProgramHasNeither) {
  const auto found = Find(folder_.Write("bin/static", BuildElf({.dynamic = false}), 0755));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->static_program);
  EXPECT_THAT(Own(*found), ElementsAre("r-x bin/static program"));
}

TEST_F(NodeFilesTest, MissingLibrariesAreNamed) {
  std::filesystem::remove(folder_ / "lib/liba.so");
  EXPECT_THAT(Find(node_)->missing_libraries, ElementsAre("liba.so"));
}

const NodeFile* Holding(const std::vector<NodeFile>& files, const std::string& path) {
  const auto found = std::ranges::find_if(files, [&](const NodeFile& file) {
    return file.path == path || (file.folder && path.starts_with(file.path + "/"));
  });
  return found == files.end() ? nullptr : &*found;
}

TEST(SystemFiles, AreRealAndThere) {
  const auto files = SystemFiles();
  ASSERT_GT(files.size(), 10u);
  for (const NodeFile& file : files) {
    EXPECT_EQ(file.path, std::filesystem::canonical(file.path)) << file.path;
    EXPECT_EQ(file.folder, std::filesystem::is_directory(file.path)) << file.path;
    EXPECT_FALSE(file.exec) << file.path;
    EXPECT_EQ(file.write,
              file.path == "/dev/null" || file.path == "/dev/tty" || file.path == "/dev/full")
        << file.path;
  }
}

TEST(SystemFiles, HoldNoSecrets) {
  const auto files = SystemFiles();
  for (const char* path :
       {"/etc/ssl/private/key.pem", "/etc/pki/tls/private/key.pem", "/etc/shadow", "/etc/gshadow",
        "/root/.ssh/id", "/home/node/.npmrc", "/dev/shm/x", "/dev/mem", "/sys/kernel/debug",
        "/run/secrets/key", "/var/run/secrets/token", "/tmp/x", "/etc/nodeward/identity.txt"}) {
    const NodeFile* by = Holding(files, path);
    EXPECT_EQ(by, nullptr) << path << " through " << by->path;
  }
  EXPECT_NE(Holding(files, "/proc/self/stat"), nullptr);
  EXPECT_NE(Holding(files, "/dev/urandom"), nullptr);
}

TEST(SystemFiles, PreloadedNames) {
  EXPECT_THAT(ParsePreload("/a.so /b.so:\n\tlibc.so\n"), ElementsAre("/a.so", "/b.so", "libc.so"));
  EXPECT_TRUE(ParsePreload("").empty());
}

TEST(FindNodeFiles, OfThisMachine) {
  const auto found = FindNodeFiles("/bin/sh", {"/usr/bin:/bin", ""});
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_TRUE(found->missing_libraries.empty());
  std::vector<std::string> paths;
  for (const NodeFile& file : found->files) paths.push_back(file.path);
  std::ranges::sort(paths);
  EXPECT_EQ(std::ranges::adjacent_find(paths), paths.end()) << "each once";
  for (const NodeFile& file : found->files) {
    const bool program = file.why == "program" || file.why == "loader";
    EXPECT_EQ(file.exec, program) << file.path;
  }
  const char* loader = kernel::kElfMachine == EM_X86_64 ? "/lib64/ld-linux-x86-64.so.2"
                                                        : "/lib/ld-linux-aarch64.so.1";
  EXPECT_NE(Holding(found->files, std::filesystem::canonical(loader)), nullptr);
}

}  // namespace
}  // namespace nodeward
