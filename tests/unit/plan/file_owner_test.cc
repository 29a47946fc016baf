// Who could put another vault in the place of one.
#include "plan/file_owner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr uid_t kOther = 61237;

// A folder beneath /run, which nobody but root may write to, and a file in it.
class FileOwnerTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(geteuid(), 0u) << "this test wants root";
    char name[] = "/run/nodeward-owner-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    chmod(name, 0755);
    std::ofstream(file()) << "vault";
    chmod(file().c_str(), 0644);
  }
  void TearDown() override {
    unlink((folder_ + "/link").c_str());
    unlink(file().c_str());
    rmdir(folder_.c_str());
  }
  std::string file() const { return folder_ + "/app.vault.age"; }

  std::string folder_;
};

TEST_F(FileOwnerTest, NobodyElseWhereRootOwnsAllOfIt) {
  EXPECT_THAT(WhyOthersMayChange(file()), IsEmpty());
}

TEST_F(FileOwnerTest, WhoOwnsTheFileOrTheFolder) {
  chown(file().c_str(), kOther, 0);
  EXPECT_EQ(WhyOthersMayChange(file()), "user 61237 owns " + file());
  chown(file().c_str(), 0, 0);
  chown(folder_.c_str(), kOther, 0);
  EXPECT_EQ(WhyOthersMayChange(file()), "user 61237 owns " + folder_);
}

TEST_F(FileOwnerTest, WhoMayWriteToThem) {
  for (const mode_t mode : {0664u, 0646u}) {
    chmod(file().c_str(), mode);
    EXPECT_EQ(WhyOthersMayChange(file()), "others may write to " + file());
  }
  chmod(file().c_str(), 0644);
  chmod(folder_.c_str(), 0777);
  EXPECT_EQ(WhyOthersMayChange(file()), "others may write to " + folder_);
}

// As Kubernetes mounts its volumes.
TEST_F(FileOwnerTest, InAStickyFolderAnEntryIsItsOwners) {
  chmod(folder_.c_str(), 01777);
  EXPECT_THAT(WhyOthersMayChange(file()), IsEmpty());
}

TEST_F(FileOwnerTest, ALinkCountsAsWell) {
  const std::string link = folder_ + "/link";
  ASSERT_EQ(symlink("app.vault.age", link.c_str()), 0);
  EXPECT_THAT(WhyOthersMayChange(link), IsEmpty());
  ASSERT_EQ(lchown(link.c_str(), kOther, 0), 0);
  EXPECT_THAT(WhyOthersMayChange(link), HasSubstr("61237"));
}

TEST_F(FileOwnerTest, WhatIsNotThere) {
  EXPECT_THAT(WhyOthersMayChange(folder_ + "/absent"), HasSubstr("no such file"));
}

}  // namespace
}  // namespace nodeward
