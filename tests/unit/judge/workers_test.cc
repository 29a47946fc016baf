// Threads for what may block: how many, and that each can be ended.
#include "judge/workers.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <future>

namespace nodeward {
namespace {

constexpr int kLong = 60'000;  // milliseconds; only a failing test waits this long

// What the notifier installs: a handler, so that a blocked call returns.
void Handle(int) {}

class WorkersTest : public testing::Test {
 protected:
  WorkersTest() {
    struct sigaction action {};
    action.sa_handler = Handle;
    sigaction(SIGRTMAX, &action, &before_);
    // As in nodeward's own threads: only workers take it.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMAX);
    pthread_sigmask(SIG_BLOCK, &set, &mask_);
    EXPECT_EQ(pipe(pipe_.data()), 0);
  }
  ~WorkersTest() override {
    Release();
    close(pipe_[0]);
    if (pipe_[1] >= 0) close(pipe_[1]);
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    sigaction(SIGRTMAX, &before_, nullptr);
  }
  // Blocks until Release(), or an interruption: counted, and then the work ends.
  std::function<void()> Blocking() {
    return [this] {
      Count(started_);
      pollfd ready{pipe_[0], POLLIN, 0};
      if (poll(&ready, 1, kLong) < 0 && errno == EINTR) ++interrupted_;
      Count(ended_);
    };
  }
  void Release() {
    if (pipe_[1] >= 0) close(pipe_[1]);
    pipe_[1] = -1;
  }
  static void Await(const std::atomic<int>& counter, int value) {
    for (int seen = counter; seen < value; seen = counter) counter.wait(seen);
  }
  static void Count(std::atomic<int>& counter) {
    ++counter;
    counter.notify_all();
  }
  // A thread that has ended its work may be on its last step still.
  bool RunsSoon(Workers& workers) {
    for (int i = 0; i < 1'000'000; ++i) {
      if (workers.Run([] {}, Wanted())) return true;
      std::this_thread::yield();
    }
    return false;
  }

  std::array<int, 2> pipe_{-1, -1};
  std::atomic<int> started_{0};
  std::atomic<int> interrupted_{0};
  std::atomic<int> ended_{0};
  std::atomic<bool> wanted_{true};
  std::function<bool()> Wanted() {
    return [this] { return wanted_.load(); };
  }
  struct sigaction before_ {};
  sigset_t mask_{};
};

TEST_F(WorkersTest, EntersBeforeItWorks) {
  std::promise<std::string> done;
  std::string order;
  {
    Workers workers([&] { order += "enter "; });
    ASSERT_TRUE(workers.Run([&] { done.set_value(order + "work"); }, Wanted()));
    EXPECT_EQ(done.get_future().get(), "enter work");
  }
}

TEST_F(WorkersTest, SixtyFourAndNoMore) {
  Workers workers([] {});
  for (std::size_t i = 0; i < 64; ++i) ASSERT_TRUE(workers.Run(Blocking(), Wanted())) << i;
  Await(started_, 64);
  EXPECT_FALSE(workers.Run(Blocking(), Wanted()));
  EXPECT_EQ(interrupted_, 0) << "somebody waits for each of them";
  Release();
  Await(ended_, 64);
  EXPECT_TRUE(RunsSoon(workers)) << "what has ended makes room";
}

TEST_F(WorkersTest, WhatNobodyWantsIsInterruptedWhenRoomIsNeeded) {
  Workers workers([] {});
  for (std::size_t i = 0; i < 64; ++i) ASSERT_TRUE(workers.Run(Blocking(), Wanted())) << i;
  Await(started_, 64);
  wanted_ = false;
  EXPECT_TRUE(RunsSoon(workers));
  EXPECT_GT(interrupted_, 0);
}

TEST_F(WorkersTest, StopInterruptsWhatBlocks) {
  Workers workers([] {});
  for (std::size_t i = 0; i < 8; ++i) ASSERT_TRUE(workers.Run(Blocking(), Wanted()));
  Await(started_, 8);
  EXPECT_FALSE(workers.stopping());
  workers.Stop();
  EXPECT_EQ(interrupted_, 8);
  EXPECT_EQ(ended_, 8);
  EXPECT_FALSE(workers.stopping()) << "the next application's work runs";
  Release();
  std::promise<void> done;
  EXPECT_TRUE(workers.Run([&] { done.set_value(); }, Wanted()));
  done.get_future().get();
}

TEST_F(WorkersTest, WorkThatGoesOnSeesThatItShouldEnd) {
  Workers workers([] {});
  std::atomic<int> rounds{0};
  ASSERT_TRUE(workers.Run(
      [&] {
        while (!workers.stopping()) {
          Count(rounds);
          pollfd ready{pipe_[0], POLLIN, 0};
          poll(&ready, 1, kLong);  // as a call that is tried again after EINTR
        }
      },
      Wanted()));
  Await(rounds, 1);
  workers.Stop();
  EXPECT_GE(rounds, 1);
}

TEST_F(WorkersTest, TheDestructorEndsThem) {
  {
    Workers workers([] {});
    ASSERT_TRUE(workers.Run(Blocking(), Wanted()));
    Await(started_, 1);
  }
  EXPECT_EQ(ended_, 1);
}

TEST_F(WorkersTest, NoThreadToBeHadIsAsIfAllWereBusy) {
  ASSERT_EQ(geteuid(), 0u) << "wants a user without processes";
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{1, 1};
    if (setrlimit(RLIMIT_NPROC, &none) != 0 || setresuid(54399, 54399, 54399) != 0) _exit(3);
    Workers workers([] {});
    _exit(workers.Run([] {}, [] { return true; }) ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "it was ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace nodeward
