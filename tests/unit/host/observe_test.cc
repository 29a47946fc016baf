#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>

#include "base/unique_fd.h"
#include "host/observed.h"

namespace nodeward {
namespace {

Observed ObserveOrFail(pid_t pid) {
  auto observed = Observe(pid);
  if (!observed) {
    ADD_FAILURE() << FormatError(observed.error());
    return {};
  }
  return std::move(*observed);
}

const ObservedFd* FindFd(const Observed& observed, int fd) {
  const auto found = std::ranges::find(observed.fds, fd, &ObservedFd::fd);
  return found == observed.fds.end() ? nullptr : &*found;
}

TEST(ObserveTest, AgreesWithTheSystemCallsOnThisProcess) {
  const Observed self = ObserveOrFail(::getpid());
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_EQ(self.parent, ::getppid());
  EXPECT_EQ(self.group, ::getpgrp());
  EXPECT_EQ(self.session, ::getsid(0));
  ASSERT_EQ(self.uids.size(), 4u);
  EXPECT_EQ(self.uids[0], ::getuid());
  EXPECT_EQ(self.uids[1], ::geteuid());
  ASSERT_EQ(self.gids.size(), 4u);
  EXPECT_EQ(self.gids[1], ::getegid());
  EXPECT_EQ(self.groups.size(), static_cast<std::size_t>(::getgroups(0, nullptr)));
  EXPECT_EQ(self.no_new_privs, ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
  char path[PATH_MAX];
  EXPECT_EQ(self.workdir, ::getcwd(path, sizeof path));
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_EQ(self.limits.at("Max open files"),
            (std::pair<std::uint64_t, std::uint64_t>(files.rlim_cur, files.rlim_max)));
}

TEST(ObserveTest, TellsWhichDescriptorsSurviveExecve) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, 0), 0);
  const UniqueFd stays(ends[0]);
  const UniqueFd goes(ends[1]);
  ASSERT_EQ(::fcntl(goes.get(), F_SETFD, FD_CLOEXEC), 0);
  const Observed self = ObserveOrFail(::getpid());
  const ObservedFd* kept = FindFd(self, stays.get());
  const ObservedFd* closed = FindFd(self, goes.get());
  ASSERT_NE(kept, nullptr);
  ASSERT_NE(closed, nullptr);
  EXPECT_FALSE(kept->close_on_exec);
  EXPECT_TRUE(closed->close_on_exec);
  EXPECT_EQ(kept->target, closed->target);
  EXPECT_TRUE(kept->target.starts_with("pipe:[")) << kept->target;
}

// A child that has changed itself and then waits on a pipe until the test has looked.
class WaitingChild {
 public:
  template <class Change>
  explicit WaitingChild(Change change) {
    int ready[2];
    int release[2];
    if (::pipe2(ready, O_CLOEXEC) != 0 || ::pipe2(release, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ready[0]);
      ::close(release[1]);
      change();
      char byte = 1;
      if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
      (void)!::read(release[0], &byte, 1);
      ::_exit(0);
    }
    ::close(ready[1]);
    ::close(release[0]);
    release_.reset(release[1]);
    const UniqueFd ready_end(ready[0]);
    char byte = 0;
    EXPECT_EQ(::read(ready_end.get(), &byte, 1), 1);
  }
  ~WaitingChild() {
    release_.reset();
    EXPECT_EQ(::waitpid(pid_, nullptr, 0), pid_);
  }
  WaitingChild(const WaitingChild&) = delete;
  WaitingChild& operator=(const WaitingChild&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  UniqueFd release_;
};

TEST(ObserveTest, SeesWhatAnotherProcessChanged) {
  const WaitingChild child([] {
    ::setsid();
    ::umask(0137);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const rlimit core{1, 1};
    ::setrlimit(RLIMIT_CORE, &core);
    if (::chdir("/proc") != 0) ::_exit(1);
  });
  const Observed seen = ObserveOrFail(child.pid());
  EXPECT_EQ(seen.parent, ::getpid());
  EXPECT_EQ(seen.session, child.pid());
  EXPECT_EQ(seen.group, child.pid());
  EXPECT_EQ(seen.umask, 0137u);
  EXPECT_TRUE(seen.no_new_privs);
  EXPECT_EQ(seen.threads, 1);
  EXPECT_EQ(seen.workdir, "/proc");
  EXPECT_EQ(seen.limits.at("Max core file size"), (std::pair<std::uint64_t, std::uint64_t>(1, 1)));
}

TEST(ObserveTest, ANameWithParenthesesAndNewlineChangesNothing) {
  const WaitingChild child([] { ::prctl(PR_SET_NAME, ") S 1 1\nUid:\t0", 0, 0, 0); });
  const Observed seen = ObserveOrFail(child.pid());
  EXPECT_EQ(seen.parent, ::getpid());
  EXPECT_EQ(seen.uids, ObserveOrFail(::getpid()).uids);
}

TEST(ObserveTest, AProcessThatIsGoneIsAnErrorThatNamesIt) {
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
  const auto observed = Observe(gone);
  ASSERT_FALSE(observed);
  EXPECT_EQ(observed.error().where, "/proc/" + std::to_string(gone));
  EXPECT_NE(observed.error().what.find("ENOENT"), std::string::npos) << observed.error().what;
}

}  // namespace
}  // namespace nodeward
