// The supervisor's own descriptors of sockets: those it made, found by inode, and those it fetches.
// The application is this process, or a child of it.
#include "judge/socket_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <filesystem>

#include "unit/judge/waiting_call.h"

namespace nodeward {
namespace {

using test::Child;
using test::WaitingCall;

std::size_t OpenSockets() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone);
    if (target.starts_with("socket:")) ++count;
  }
  return count;
}

UniqueFd Socket() { return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }
UniqueFd CopyOf(const UniqueFd& fd) { return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

Fetched FetchFrom(SocketSource& source, int fd, pid_t tid = getpid()) {
  WaitingCall call(Call(SYS_connect, fd), tid);
  const Notified notified = call.Get();
  return source.Fetch(notified, fd);
}

class KeepingSourceTest : public testing::Test {
 protected:
  KeepingSourceTest()
      : source_(KeepingSource([this] { return ++asked_, processes_; })), before_(OpenSockets()) {}
  void Keep(UniqueFd kept) {
    const SocketFacts facts = FactsOf(kept.get());
    source_->Keep(std::move(kept), facts);
  }
  std::size_t Kept() const { return OpenSockets() - before_ - own_; }

  std::vector<pid_t> processes_{getpid()};
  int asked_ = 0;
  std::unique_ptr<SocketSource> source_;
  std::size_t before_;
  std::size_t own_ = 0;  // the test's own sockets
};

TEST_F(KeepingSourceTest, FindsWhatItKeptByInode) {
  const UniqueFd held = Socket();
  Keep(CopyOf(held));
  const UniqueFd again = CopyOf(held);
  for (const int fd : {held.get(), again.get()}) {
    const Fetched fetched = FetchFrom(*source_, fd);
    ASSERT_EQ(fetched.error, 0);
    EXPECT_EQ(InodeOf(fetched.fd.get()), InodeOf(held.get()));
    EXPECT_NE(fetched.fd.get(), fd) << "a descriptor of its own";
    EXPECT_NE(fcntl(fetched.fd.get(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(FetchFrom(*source_, held.get()).error, 0) << "what was handed out is not the last one";
}

TEST_F(KeepingSourceTest, WhatItDoesNotHave) {
  const UniqueFd unknown = Socket();
  EXPECT_EQ(FetchFrom(*source_, unknown.get()).error, EACCES);
  const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(FetchFrom(*source_, file.get()).error, ENOTSOCK);
  for (const int fd : {-1, INT_MIN, INT_MAX, 1000000}) {
    EXPECT_EQ(FetchFrom(*source_, fd).error, EBADF) << fd;
  }
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  EXPECT_EQ(FetchFrom(*source_, reading.get()).error, ENOTSOCK);
}

TEST_F(KeepingSourceTest, AnEndedCallGetsNothing) {
  const UniqueFd held = Socket();
  Keep(CopyOf(held));
  WaitingCall call(Call(SYS_connect, held.get()));
  call.End();
  const Notified notified = call.Get();
  const Fetched fetched = source_->Fetch(notified, held.get());
  EXPECT_EQ(fetched.error, EACCES) << "the number may be another process's by now";
  EXPECT_FALSE(fetched.fd.valid());
}

TEST_F(KeepingSourceTest, ADroppedOneIsForgottenAndClosed) {
  const UniqueFd held = Socket();
  own_ = 1;
  Keep(CopyOf(held));
  EXPECT_EQ(Kept(), 1u);
  source_->Drop(InodeOf(held.get()) + 1);
  EXPECT_EQ(Kept(), 1u);
  source_->Drop(InodeOf(held.get()));
  EXPECT_EQ(Kept(), 0u);
  EXPECT_EQ(FetchFrom(*source_, held.get()).error, EACCES);
  source_->Drop(0);
}

TEST_F(KeepingSourceTest, KeepingTwiceHoldsOne) {
  const UniqueFd held = Socket();
  own_ = 1;
  Keep(CopyOf(held));
  Keep(CopyOf(held));
  EXPECT_EQ(Kept(), 1u);
  Keep(UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  Keep(UniqueFd());
  EXPECT_EQ(Kept(), 1u) << "what is no socket is not kept";
}

// Another process is the application here: this one holds the kept descriptors itself.
TEST_F(KeepingSourceTest, ASweepLetsGoOfWhatNobodyHolds) {
  UniqueFd held = Socket();
  UniqueFd closed = Socket();
  const int number = held.get();  // in the other process
  const std::uint64_t inode = InodeOf(held.get());
  const Child application(false, [&] { closed.reset(); });
  processes_ = {application.pid()};
  Keep(std::move(held));
  Keep(std::move(closed));
  EXPECT_EQ(Kept(), 2u);
  source_->Sweep();
  EXPECT_EQ(Kept(), 1u);
  const Fetched fetched = FetchFrom(*source_, number, application.pid());
  ASSERT_EQ(fetched.error, 0);
  EXPECT_EQ(InodeOf(fetched.fd.get()), inode);
}

TEST_F(KeepingSourceTest, EveryProcessCounts) {
  UniqueFd held = Socket();
  const Child holder;
  const Child other(false, [&] { held.reset(); });
  Keep(std::move(held));
  processes_ = {other.pid(), holder.pid()};
  source_->Sweep();
  EXPECT_EQ(Kept(), 1u);
  processes_ = {other.pid(), INT_MAX};  // a process that has gone meanwhile holds nothing
  source_->Sweep();
  EXPECT_EQ(Kept(), 0u);
}

TEST_F(KeepingSourceTest, AnEmptyOneAsksForNoProcesses) {
  source_->Sweep();
  EXPECT_EQ(asked_, 0);
}

TEST_F(KeepingSourceTest, ManyAreSweptAndTheLimitFollowsWhatSurvives) {
  processes_ = {};  // all of them closed again
  for (int i = 0; i < 256; ++i) Keep(Socket());
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(Kept(), 256u);
  Keep(Socket());
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(Kept(), 1u);
  for (int i = 0; i < 10'000; ++i) Keep(Socket());
  EXPECT_LE(Kept(), 256u) << "a loop that opens and closes does not fill the supervisor";
  EXPECT_LE(asked_, 1 + 10'000 / 256 + 1);
}

TEST_F(KeepingSourceTest, WhoHoldsManyIsNotSweptForEach) {
  std::vector<UniqueFd> held;
  for (int i = 0; i < 300; ++i) {
    held.push_back(Socket());
    Keep(CopyOf(held.back()));
  }
  EXPECT_EQ(asked_, 1);
  own_ = held.size();
  EXPECT_EQ(Kept(), 300u) << "none of them goes";
  for (int i = 0; i < 150; ++i) {
    held.push_back(Socket());
    Keep(CopyOf(held.back()));
  }
  EXPECT_EQ(asked_, 1) << "twice what survived, at least";
}

TEST(FetchingSource, TakesTheCallersOwn) {
  const auto source = FetchingSource();
  const UniqueFd held = Socket();
  const Child child;
  const Fetched fetched = FetchFrom(*source, held.get(), child.pid());
  ASSERT_EQ(fetched.error, 0) << "wants pidfd_getfd(2)";
  EXPECT_EQ(InodeOf(fetched.fd.get()), InodeOf(held.get()));
  EXPECT_NE(fcntl(fetched.fd.get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(FetchFrom(*source, 1000000, child.pid()).error, EBADF);
  EXPECT_EQ(FetchFrom(*source, -1, child.pid()).error, EBADF);
}

TEST(FetchingSource, AnEndedCallGetsNothing) {
  const auto source = FetchingSource();
  const UniqueFd held = Socket();
  WaitingCall call(Call(SYS_connect, held.get()));
  call.End();
  EXPECT_EQ(source->Fetch(call.Get(), held.get()).error, EACCES);
  EXPECT_EQ(FetchFrom(*source, held.get(), INT_MAX).error, EACCES) << "nobody there";
}

TEST(InodeOf, OfSocketsAlone) {
  const UniqueFd held = Socket();
  EXPECT_NE(InodeOf(held.get()), 0u);
  EXPECT_EQ(InodeOf(-1), 0u);
  const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(InodeOf(file.get()), 0u);
}

}  // namespace
}  // namespace nodeward
