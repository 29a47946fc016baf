// Landlock's rights: the table as the kernel's documentation has it, what a rule grants of them,
// and that this kernel takes what it gives.
#include "measures/landlock_rights.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "host/report.h"
#include "kernel/landlock.h"
#include "measures/landlock.h"
#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using enum LandlockKind;

constexpr int kNewest = 9;
// Written out, and not taken from the table: linux/landlock.h.
constexpr std::uint64_t kExecute = 1u << 0;
constexpr std::uint64_t kWriteFile = 1u << 1;
constexpr std::uint64_t kReadFile = 1u << 2;
constexpr std::uint64_t kReadDir = 1u << 3;
constexpr std::uint64_t kMakeChar = 1u << 6;
constexpr std::uint64_t kMakeBlock = 1u << 11;
constexpr std::uint64_t kTruncate = 1u << 14;
constexpr std::uint64_t kIoctlDev = 1u << 15;
constexpr std::uint64_t kResolveUnix = 1u << 16;
constexpr std::uint64_t kOnFiles =
    kExecute | kWriteFile | kReadFile | kTruncate | kIoctlDev | kResolveUnix;

// Each combination of what a rule can say.
std::vector<FileRule> AllRules(bool folder) {
  std::vector<FileRule> rules;
  for (unsigned bits = 0; bits < 32; ++bits) {
    FileRule rule;
    rule.read = (bits & 1) != 0;
    rule.write = (bits & 2) != 0;
    rule.exec = (bits & 4) != 0;
    rule.list = (bits & 8) != 0;
    rule.device = (bits & 16) != 0;
    rule.folder = folder;
    rules.push_back(rule);
  }
  return rules;
}

TEST(LandlockRights, EachStandsOnceAndNoneIsLeftOut) {
  std::map<LandlockKind, std::uint64_t> seen;
  std::set<std::string_view> names;
  for (const LandlockRight& right : LandlockRights()) {
    EXPECT_TRUE(std::has_single_bit(right.bit)) << right.name;
    EXPECT_EQ(seen[right.kind] & right.bit, 0u) << right.name << ": its bit stands twice";
    seen[right.kind] |= right.bit;
    EXPECT_TRUE(names.insert(right.name).second) << right.name;
  }
  EXPECT_EQ(seen[kFiles], 0x1ffffu);
  EXPECT_EQ(seen[kNet], 0x3u);
  EXPECT_EQ(seen[kScope], 0x3u);
}

TEST(LandlockRights, WhatALaterAbiBroughtHasAStandIn) {
  const std::map<int, std::string_view> kernels = {{1, "5.13"}, {2, "5.19"}, {3, "6.2"}, {4, "6.7"},
                                                   {5, "6.10"}, {6, "6.12"}, {9, "7.1"}};
  for (const LandlockRight& right : LandlockRights()) {
    ASSERT_TRUE(kernels.contains(right.abi)) << right.name;
    EXPECT_EQ(right.kernel, kernels.at(right.abi)) << right.name;
    EXPECT_EQ(right.stand_in.empty(), right.abi == 1) << right.name;
  }
}

TEST(LandlockRights, MasksOfEachAbi) {
  const std::vector<std::uint64_t> files = {0,      0x1fff, 0x3fff, 0x7fff, 0x7fff,
                                            0xffff, 0xffff, 0xffff, 0xffff, 0x1ffff};
  for (int abi = 0; abi <= kNewest; ++abi) {
    EXPECT_EQ(LandlockMask(kFiles, abi), files[static_cast<std::size_t>(abi)]) << abi;
    EXPECT_EQ(LandlockMask(kNet, abi), abi >= 4 ? 3u : 0u) << abi;
    EXPECT_EQ(LandlockMask(kScope, abi), abi >= 6 ? 3u : 0u) << abi;
  }
  EXPECT_EQ(LandlockMask(kFiles, 1000), 0x1ffffu) << "a kernel to come";
  EXPECT_EQ(LandlockMask(kFiles, -1), 0u);
}

TEST(LandlockRights, ARuleOnAFileHasNoRightOfFolders) {
  for (int abi = 0; abi <= kNewest; ++abi) {
    for (const FileRule& rule : AllRules(false)) {
      const std::uint64_t rights = RightsOf(rule, abi);
      EXPECT_EQ(rights & ~kOnFiles, 0u) << abi;
      EXPECT_EQ(rights & ~LandlockMask(kFiles, abi), 0u) << abi;
    }
  }
  EXPECT_EQ(RightsOf({.list = true}, kNewest), 0u) << "a file has no list";
}

TEST(LandlockRights, EachAccessGrantsItsOwnAndNoMore) {
  const FileRule read{.read = true, .folder = true};
  EXPECT_EQ(RightsOf(read, kNewest), kReadFile | kReadDir);
  EXPECT_EQ(RightsOf({.list = true, .folder = true}, kNewest), kReadDir);
  EXPECT_EQ(RightsOf({.exec = true, .folder = true}, kNewest), kReadFile | kReadDir | kExecute);
  // All of ABI 3 but execution and device files.
  EXPECT_EQ(RightsOf({.write = true, .folder = true}, kNewest),
            0x7fffu & ~(kExecute | kMakeChar | kMakeBlock));
  EXPECT_EQ(RightsOf({.read = true, .write = true, .device = true}, kNewest),
            kReadFile | kWriteFile | kTruncate | kIoctlDev);
  EXPECT_EQ(RightsOf({.folder = true}, kNewest), 0u);
  for (const FileRule& rule : AllRules(true)) {
    const std::uint64_t rights = RightsOf(rule, kNewest);
    EXPECT_EQ((rights & kExecute) != 0, rule.exec);
    EXPECT_EQ((rights & kWriteFile) != 0, rule.write);
    EXPECT_EQ((rights & kIoctlDev) != 0, rule.device);
    EXPECT_EQ(rights & (kMakeChar | kMakeBlock), 0u);
    EXPECT_EQ(rights & kResolveUnix, 0u) << "the supervisor connects";
  }
}

// ---- The ruleset, on this kernel.

int AbiHere() { return ProbeHost().landlock_abi; }

TEST(LandlockRuleset, ThisKernelTakesEveryRightThatItsAbiHas) {
  const int abi = AbiHere();
  ASSERT_GT(abi, 0) << "the tests want a kernel with Landlock";
  const test::ScratchFolder scratch;
  const std::string file = scratch.Write("file", "");
  for (const bool folder : {false, true}) {
    const std::string& path = folder ? scratch.path() : file;
    const UniqueFd target(open(path.c_str(), O_PATH | O_CLOEXEC));
    const UniqueFd ruleset(kernel::LandlockCreate(
        {LandlockMask(kFiles, abi), LandlockMask(kNet, abi), LandlockMask(kScope, abi)}));
    ASSERT_TRUE(ruleset.valid());
    for (const FileRule& rule : AllRules(folder)) {
      const std::uint64_t rights = RightsOf(rule, abi);
      if (rights == 0) continue;
      EXPECT_EQ(kernel::LandlockAllowPath(ruleset.get(), target.get(), rights), 0) << rights;
    }
  }
}

LaunchPlan PlanOf(std::vector<FileRule> rules) {
  LaunchPlan plan;
  plan.landlock.wanted = true;
  plan.landlock.abi = AbiHere();
  plan.landlock.files = LandlockMask(kFiles, plan.landlock.abi);
  plan.files = FilePolicy(std::move(rules));
  return plan;
}

TEST(LandlockRuleset, NoneWhereNoneIsPlanned) {
  const auto ruleset = MakeRuleset({});
  ASSERT_TRUE(ruleset);
  EXPECT_FALSE(ruleset->valid());
}

TEST(LandlockRuleset, APathThatBecameALinkIsAnError) {
  const test::ScratchFolder scratch;
  scratch.MakeFolder("data");
  const FileRule rule{.path = scratch / "data/file", .read = true, .written = "/data/*"};
  scratch.Write("data/file", "");
  ASSERT_TRUE(MakeRuleset(PlanOf({rule})));
  // The file itself, and then a folder above it.
  std::filesystem::remove(rule.path);
  std::filesystem::create_symlink("/etc/passwd", rule.path);
  auto made = MakeRuleset(PlanOf({rule}));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("\"/data/*\""));
  EXPECT_THAT(made.error().hint, HasSubstr("become a link"));
  std::filesystem::remove(rule.path);
  std::filesystem::rename(scratch / "data", scratch / "elsewhere");
  scratch.Write("elsewhere/file", "");
  std::filesystem::create_symlink("elsewhere", scratch / "data");
  made = MakeRuleset(PlanOf({rule}));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().hint, HasSubstr("become a link"));
}

TEST(LandlockRuleset, APathThatIsGoneIsAnError) {
  const test::ScratchFolder scratch;
  const auto made = MakeRuleset(PlanOf({{.path = scratch / "gone", .read = true, .written = "x"}}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().where, scratch / "gone");
  EXPECT_EQ(made.error().hint, "");
}

TEST(LandlockRuleset, ARuleThatGrantsNothingIsNotOpened) {
  EXPECT_TRUE(MakeRuleset(PlanOf({{.path = "/nowhere", .list = true, .written = "x"}})));
}

}  // namespace
}  // namespace nodeward
