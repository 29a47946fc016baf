// Who may ask a supervisor, and whose name a socket takes.
#include "supervise/status_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

class StatusSocketTest : public testing::Test {
 protected:
  StatusSocketTest() {
    folder_.MakeFolder("run", 0711);
    place_ = std::move(*OpenRuntimeFolder(folder_ / "run", geteuid()));
  }
  test::ScratchFolder folder_;
  RuntimeFolder place_;
};

TEST_F(StatusSocketTest, IsTheOwnersAlone) {
  const auto bound = BindStatusSocket(place_, "api");
  ASSERT_TRUE(bound) << bound.error().what;
  EXPECT_EQ(bound->name, "api");
  struct stat facts {};
  ASSERT_EQ(stat(bound->path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777u, 0600u);
  const UniqueFd connection(ConnectToStatus(place_, "api", 1000));
  EXPECT_TRUE(connection.valid());
  EXPECT_EQ(ConnectToStatus(place_, "other", 1000), -ENOENT);
}

TEST_F(StatusSocketTest, OneThatIsAnsweredStays) {
  const auto first = BindStatusSocket(place_, "api");
  const auto second = BindStatusSocket(place_, "api");
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ(second->name, "api-" + std::to_string(getpid()));
}

TEST_F(StatusSocketTest, OneThatNobodyAnswersIsReplaced) {
  std::string path;
  {
    const auto first = BindStatusSocket(place_, "api");
    path = first->path;
  }
  EXPECT_EQ(ConnectToStatus(place_, "api", 1000), -ECONNREFUSED) << "left behind";
  const auto second = BindStatusSocket(place_, "api");
  EXPECT_EQ(second->path, path);
}

TEST(MayAskStatus, RootAndTheOwnUser) {
  constexpr uid_t kOwn = 1000;
  const pid_t stranger = getppid();
  EXPECT_TRUE(MayAskStatus({stranger, 0, 0}, kOwn, 1, getpid()));
  EXPECT_TRUE(MayAskStatus({stranger, kOwn, 5}, kOwn, 1, getpid()));
  EXPECT_FALSE(MayAskStatus({stranger, 1001, 0}, kOwn, 1, getpid()));
  EXPECT_FALSE(MayAskStatus({stranger, 65534, 0}, 0, 1, getpid()));
}

TEST(MayAskStatus, NeverTheApplication) {
  const pid_t supervisor = getppid();
  EXPECT_TRUE(MayAskStatus({supervisor, 0, 0}, 0, 1, getpid())) << "as anybody else";
  EXPECT_FALSE(MayAskStatus({supervisor, 0, 0}, 0, supervisor, getpid()))
      << "connected in its place";
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  EXPECT_FALSE(MayAskStatus({child, 0, 0}, 0, supervisor, getpid())) << "below the keeper";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(RuntimeFolder, IsItsOwnersAndNoLink) {
  test::ScratchFolder folder;
  folder.MakeFolder("open", 0777);
  folder.MakeFolder("mine", 0711);
  ASSERT_EQ(symlink((folder / "mine").c_str(), (folder / "link").c_str()), 0);
  EXPECT_TRUE(OpenRuntimeFolder(folder / "mine", geteuid()));
  EXPECT_FALSE(OpenRuntimeFolder(folder / "mine", geteuid() + 1));
  EXPECT_FALSE(OpenRuntimeFolder(folder / "open", geteuid()));
  EXPECT_FALSE(OpenRuntimeFolder(folder / "link", geteuid()));
  EXPECT_FALSE(OpenRuntimeFolder(folder / "none", geteuid()));
}

}  // namespace
}  // namespace nodeward
