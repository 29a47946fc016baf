// The judge of signals, asked about calls of children. This process is the keeper.
#include "judge/signal_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>

#include "unit/judge/waiting_call.h"

namespace nodeward {
namespace {

using test::Child;
using test::Continues;
using test::ErrorOf;
using test::WaitingCall;
using testing::HasSubstr;

Ruling Signal(int target, int signal, pid_t by) {
  WaitingCall call(Call(SYS_kill, target, signal), by);
  SignalJudge judge(getpid());
  return call.Judged(judge);
}

TEST(SignalJudge, WithinTheTreeItPasses) {
  const Child one;
  const Child other(true);
  EXPECT_TRUE(Continues(Signal(other.pid(), SIGTERM, one.pid())));
  EXPECT_TRUE(Continues(Signal(one.pid(), SIGKILL, one.pid()))) << "itself";
  EXPECT_TRUE(Continues(Signal(-other.pid(), SIGTERM, one.pid()))) << "another's group";
  EXPECT_TRUE(Continues(Signal(-other.pid(), SIGTERM, other.pid()))) << "its own group";
}

TEST(SignalJudge, TowardsAnybodyElseItIsRefused) {
  const Child child(true);
  for (const int target : {1, getpid(), getppid(), -getpid(), -1}) {
    for (const int signal : {0, SIGTERM, SIGKILL}) {
      const Ruling ruling = Signal(target, signal, child.pid());
      EXPECT_EQ(ErrorOf(ruling), EPERM) << target;
      ASSERT_TRUE(ruling.refusal) << target;
      EXPECT_EQ(ruling.refusal->code, "NW231");
      EXPECT_EQ(ruling.refusal->target, std::to_string(target));
    }
  }
}

TEST(SignalJudge, SaysWhatWasTried) {
  const Child child(true);
  EXPECT_THAT(Signal(1, SIGTERM, child.pid()).refusal->deed, HasSubstr("to send SIGTERM to "));
  EXPECT_THAT(Signal(1, 1000, child.pid()).refusal->deed, HasSubstr("to send signal 1000 to "));
  EXPECT_THAT(Signal(1, -5, child.pid()).refusal->deed, HasSubstr("to send signal -5 to "));
  EXPECT_THAT(Signal(-1, SIGKILL, child.pid()).refusal->deed, HasSubstr("every process"));
}

TEST(SignalJudge, NobodyThereIsTheKernelsAnswer) {
  const Child child(true);
  pid_t gone = 0;
  {
    const Child brief;
    gone = brief.pid();
  }
  EXPECT_TRUE(Continues(Signal(gone, SIGTERM, child.pid())));
  EXPECT_TRUE(Continues(Signal(INT_MIN, SIGTERM, child.pid()))) << "a group that cannot be";
  EXPECT_TRUE(Continues(Signal(INT_MAX, SIGTERM, child.pid())));
  EXPECT_EQ(ErrorOf(Signal(-INT_MAX, SIGTERM, child.pid())), EPERM);
}

TEST(SignalJudge, GroupsOfTheSupervisorAreNotItsOwn) {
  const Child child;  // in the test's own group, as under a terminal
  EXPECT_TRUE(Continues(Signal(-getpgrp(), SIGTERM, child.pid()))) << "its group, as kill 0 has it";
  const Child apart(true);
  EXPECT_EQ(ErrorOf(Signal(-getpgrp(), SIGTERM, apart.pid())), EPERM);
}

}  // namespace
}  // namespace nodeward
