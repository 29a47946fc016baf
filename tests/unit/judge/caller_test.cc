// Who made a call, from /proc: of this process, of children, and of names that pretend.
#include "judge/caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <climits>
#include <thread>

#include "unit/judge/waiting_call.h"

namespace nodeward {
namespace {

using test::Child;
using testing::EndsWith;
using testing::IsEmpty;

TEST(ReadCaller, OfThisProcess) {
  const Caller caller = ReadCaller(getpid());
  EXPECT_EQ(caller.process, getpid());
  EXPECT_EQ(caller.parent, getppid());
  EXPECT_NE(caller.command, "?");
}

TEST(ReadCaller, OfAThread) {
  Caller caller;
  std::thread([&] {
    prctl(PR_SET_NAME, "a thread");
    caller = ReadCaller(static_cast<pid_t>(syscall(SYS_gettid)));
  }).join();
  EXPECT_EQ(caller.process, getpid()) << "its process, not its own number";
  EXPECT_EQ(caller.command, "a thread");
}

TEST(ReadCaller, ANameChangesNoField) {
  for (const char* name : {"\nTgid:\t1", "\nPPid:\t1\n", "Name:\tx", "(x) S 1", "\t", ""}) {
    const Child child(false, [name] { prctl(PR_SET_NAME, name); });
    const Caller caller = ReadCaller(child.pid());
    EXPECT_EQ(caller.process, child.pid()) << name;
    EXPECT_EQ(caller.parent, getpid()) << name;
    EXPECT_EQ(caller.command.find('\n'), std::string::npos);
  }
}

TEST(ReadCaller, OneThatIsGoneKeepsItsNumber) {
  for (const pid_t tid : {INT_MAX, -1, 0}) {
    const Caller caller = ReadCaller(tid);
    EXPECT_EQ(caller.process, tid);
    EXPECT_EQ(caller.parent, 0);
    EXPECT_EQ(caller.command, "?");
  }
}

TEST(ParentsOf, UpToTheLastAndAtMostEight) {
  const Child child;
  const Caller caller = ReadCaller(child.pid());
  EXPECT_THAT(ParentsOf(caller, getpid()), IsEmpty());
  const auto parents = ParentsOf(caller, 1);
  ASSERT_FALSE(parents.empty());
  EXPECT_THAT(parents.front(), EndsWith(" (" + std::to_string(getpid()) + ")"));
  EXPECT_LE(parents.size(), 8u);
  EXPECT_THAT(ParentsOf({1, 0, "init"}, 5), IsEmpty());
}

TEST(DescendsFrom, ByTheChainOfParents) {
  const Child child;
  EXPECT_TRUE(DescendsFrom(child.pid(), getpid()));
  EXPECT_TRUE(DescendsFrom(child.pid(), getppid()));
  EXPECT_TRUE(DescendsFrom(child.pid(), child.pid())) << "itself";
  EXPECT_FALSE(DescendsFrom(getpid(), child.pid()));
  const Child sibling;
  EXPECT_FALSE(DescendsFrom(sibling.pid(), child.pid()));
}

TEST(DescendsFrom, WhatIsNoProcessDescendsFromNobody) {
  EXPECT_FALSE(DescendsFrom(INT_MAX, getpid()));
  EXPECT_FALSE(DescendsFrom(0, 0));
  EXPECT_FALSE(DescendsFrom(-1, -1));
  EXPECT_FALSE(DescendsFrom(INT_MIN, getpid()));
  EXPECT_FALSE(DescendsFrom(1, getpid()));
}

}  // namespace
}  // namespace nodeward
