// Supervised calls, by the compiled filter: which shapes pass unseen, and which are asked about.
#include "measures/seccomp_supervised.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>
#include <set>

#include "unit/measures/seccomp_testing.h"

namespace nodeward {
namespace {

using test::DefaultProfile;
using test::Filter;
using test::kAllow;
using test::kGarbage;
using test::kNotify;
using test::PolicyOf;

constexpr std::uint64_t kAnywhere = 0x7f1234567000;
constexpr int kAtCwd = AT_FDCWD;

// @process brings kill's children; everything the supervision can ask for is in @default.
Filter Supervised(const Supervision& supervision) {
  FilterPolicy policy = PolicyOf(DefaultProfile());
  policy.supervision = supervision;
  return Filter(policy);
}

std::set<std::string> Names(const Supervision& supervision) {
  std::set<std::string> names;
  for (const SupervisedCall& call : SupervisedCalls(supervision)) {
    EXPECT_TRUE(names.emplace(call.call).second) << call.call << " twice";
    // libseccomp knows the youngest one from 2.5.5 on; before, no profile can allow it.
#ifdef __x86_64__  // the only one that has all of them; it proves the names
    if (call.call != "fchmodat2") {
      EXPECT_GE(SyscallNumber(std::string(call.call)), 0) << call.call;
    }
#endif
    for (const ArgumentRule& rule : call.passes) EXPECT_EQ(rule.call, call.call);
  }
  return names;
}

TEST(SupervisedCalls, EachPartAsksForItsOwn) {
  using testing::ElementsAre;
  EXPECT_TRUE(Names({}).empty());
  EXPECT_THAT(Names({.execution = true}), ElementsAre("execve", "execveat"));
  EXPECT_THAT(Names({.writes = true}), ElementsAre("creat", "open", "openat"));
  EXPECT_THAT(Names({.reads = true}), ElementsAre("creat", "open", "openat"));
  EXPECT_THAT(Names({.writes = true, .reads = true}), ElementsAre("creat", "open", "openat"));
  EXPECT_THAT(Names({.metadata = true}),
              ElementsAre("chmod", "chown", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat",
                          "futimesat", "lchown", "utime", "utimensat", "utimes"));
  EXPECT_THAT(Names({.watches = true}), ElementsAre("inotify_add_watch"));
  EXPECT_THAT(Names({.instances = true}), ElementsAre("inotify_init", "inotify_init1"));
  EXPECT_THAT(Names({.mappings = true}), ElementsAre("mmap"));
  EXPECT_THAT(Names({.signals = true}), ElementsAre("kill"));
  EXPECT_THAT(Names({.network = true}),
              ElementsAre("bind", "connect", "listen", "sendmmsg", "sendmsg", "sendto"));
  EXPECT_THAT(Names({.sockets = true}), ElementsAre("socket"));
}

TEST(SupervisedCalls, NothingIsAskedWhereNobodyAnswers) {
  const Filter filter = Supervised({});
  EXPECT_EQ(filter("openat", kAtCwd, kAnywhere, O_RDWR | O_CREAT), kAllow);
  EXPECT_EQ(filter("connect", 3, kAnywhere, 16), kAllow);
  EXPECT_EQ(filter("kill", 5000, 15), kAllow);
}

TEST(SupervisedCalls, EveryExecutionIsAskedAbout) {
  const Filter filter = Supervised({.execution = true});
  for (const std::uint64_t any : {std::uint64_t{0}, kAnywhere, ~std::uint64_t{0}}) {
    EXPECT_EQ(filter("execve", any, any, any), kNotify);
    EXPECT_EQ(filter("execveat", any, any, any, any, any), kNotify);
  }
}

TEST(SupervisedCalls, OpensThatReadPassAndOpensThatWriteDoNot) {
  const Filter filter = Supervised({.writes = true});
  const int reading[] = {O_RDONLY,
                         O_RDONLY | O_CLOEXEC,
                         O_RDONLY | O_DIRECTORY | O_NONBLOCK,
                         O_PATH | O_NOFOLLOW,
                         O_RDONLY | O_NOATIME | O_LARGEFILE,
                         O_RDONLY | O_APPEND,
                         O_RDONLY | O_EXCL};
  const int writing[] = {O_WRONLY,
                         O_RDWR,
                         O_ACCMODE,
                         O_RDONLY | O_CREAT,
                         O_RDONLY | O_TRUNC,
                         O_RDWR | O_TMPFILE,
                         O_WRONLY | O_APPEND,
                         O_PATH | O_WRONLY};
  for (const std::uint64_t above : {std::uint64_t{0}, kGarbage}) {
    for (const int flags : reading) {
      const std::uint64_t all = static_cast<std::uint32_t>(flags) | above;
      EXPECT_EQ(filter("openat", kAtCwd, kAnywhere, all), kAllow) << std::hex << all;
    }
    for (const int flags : writing) {
      const std::uint64_t all = static_cast<std::uint32_t>(flags) | above;
      EXPECT_EQ(filter("openat", kAtCwd, kAnywhere, all), kNotify) << std::hex << all;
#ifdef SYS_open
      EXPECT_EQ(filter("open", kAnywhere, all), kNotify) << std::hex << all;
#endif
    }
  }
#ifdef SYS_creat
  EXPECT_EQ(filter("creat", kAnywhere, 0), kNotify);
#endif
  // The flags stand third: what writes elsewhere among the arguments says nothing.
  EXPECT_EQ(filter("openat", O_RDWR | O_CREAT, O_RDWR, 0, O_RDWR), kAllow);
}

TEST(SupervisedCalls, EveryOpenWhereReadsAreTold) {
  const Filter filter = Supervised({.writes = true, .reads = true});
  EXPECT_EQ(filter("openat", kAtCwd, kAnywhere, O_RDONLY), kNotify);
  EXPECT_EQ(filter("openat", kAtCwd, kAnywhere, O_RDWR), kNotify);
}

TEST(SupervisedCalls, EveryChangeOfAFilesMetadataAndEveryWatch) {
  const Filter none = Supervised({});
  const Filter filter = Supervised({.metadata = true, .watches = true});
  for (const char* call : {"chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat",
                           "utimensat", "inotify_add_watch"}) {
#ifndef SYS_chmod  // arm64 has those that take a folder alone
    if (call == std::string("chmod") || call == std::string("chown")) continue;
#endif
    EXPECT_EQ(none(call, 0, 0, 0, 0, 0), kAllow) << call;
    EXPECT_EQ(filter(call, 0, 0, 0, 0, 0), kNotify) << call;
    EXPECT_EQ(filter(call, kAnywhere, kAnywhere, ~std::uint64_t{0}, 0, 0), kNotify) << call;
  }
  EXPECT_EQ(filter("inotify_init1", 0), kAllow) << "fetched later";
  EXPECT_EQ(Supervised({.instances = true})("inotify_init1", 0), kNotify);
}

TEST(SupervisedCalls, FilesMappedAsCode) {
  const Filter filter = Supervised({.mappings = true});
  const auto map = [&](int protection, int flags) {
    return filter("mmap", 0, 4096, protection, flags, 5, 0);
  };
  EXPECT_EQ(map(PROT_READ, MAP_PRIVATE), kAllow);
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_SHARED), kAllow);
  EXPECT_EQ(map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS), kAllow) << "V8's own code";
  EXPECT_EQ(map(PROT_READ | PROT_EXEC, MAP_PRIVATE), kNotify);
  EXPECT_EQ(map(PROT_EXEC, MAP_SHARED | MAP_FIXED), kNotify);
}

TEST(SupervisedCalls, KillWithinTheOwnGroupPasses) {
  const Filter filter = Supervised({.signals = true});
  for (const std::uint64_t above : {std::uint64_t{0}, kGarbage}) {
    EXPECT_EQ(filter("kill", above | 0u, 15), kAllow);
    for (const int target : {1, 2, 5000, -5000, -2, INT_MAX, INT_MIN}) {
      EXPECT_EQ(filter("kill", above | static_cast<std::uint32_t>(target), 0), kNotify) << target;
    }
  }
  EXPECT_EQ(filter("kill", test::kGuarded.keeper, 9), kNotify) << "guarded in any case";
}

TEST(SupervisedCalls, WhatIsSentToAnAddressIsAskedAbout) {
  const Filter filter = Supervised({.network = true});
  EXPECT_EQ(filter("sendto", 3, kAnywhere, 10, 0, 0, 0), kAllow);
  EXPECT_EQ(filter("sendto", 3, kAnywhere, 10, MSG_NOSIGNAL, 0, 16), kAllow) << "a length of none";
  EXPECT_EQ(filter("sendto", 3, kAnywhere, 10, 0, kAnywhere, 16), kNotify);
  // A pointer: all 64 bits of it count.
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_EQ(filter("sendto", 3, kAnywhere, 10, 0, std::uint64_t{1} << bit, 0), kNotify) << bit;
  }
  for (const char* call : {"connect", "bind", "listen", "sendmsg", "sendmmsg"}) {
    EXPECT_EQ(filter(call, 3, kAnywhere, 16), kNotify) << call;
    EXPECT_EQ(filter(call, 0, 0, 0), kNotify) << call;
  }
  EXPECT_EQ(filter("socket", AF_INET, SOCK_STREAM, 0), kAllow) << "fetched later";
}

TEST(SupervisedCalls, QuestionsMayBeSentWithoutAnAddress) {
  const Filter filter = Supervised({.network = true, .questions = true});
  EXPECT_EQ(filter("sendto", 3, kAnywhere, 10, 0, 0, 0), kNotify);
}

TEST(SupervisedCalls, EverySocketWhereNoneCanBeFetched) {
  const Filter filter = Supervised({.network = true, .sockets = true});
  EXPECT_EQ(filter("socket", AF_INET, SOCK_STREAM, 0), kNotify);
  EXPECT_EQ(filter("socket", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), kNotify);
  EXPECT_EQ(filter("socket", AF_PACKET, SOCK_RAW, 0), kNotify) << "refused by whoever answers";
}

TEST(SupervisedCalls, ACallThatTheProfileDeniesIsNotSupervised) {
  FilterPolicy policy = PolicyOf(DefaultProfile({"syscalls.deny=[\"connect\"]"}));
  policy.supervision = {.network = true};
  const auto compiled = CompileFilter(policy);
  ASSERT_TRUE(compiled);
  EXPECT_EQ(std::count(compiled->supervised.begin(), compiled->supervised.end(), SYS_connect), 0);
  EXPECT_EQ(std::count(compiled->supervised.begin(), compiled->supervised.end(), SYS_bind), 1);
  EXPECT_EQ(Filter(policy)("connect", 3, kAnywhere, 16), kNotify) << "as any refused call";
}

TEST(SupervisedCalls, TheFilterListsWhatIsAskedAbout) {
  FilterPolicy policy = PolicyOf(DefaultProfile());
  policy.supervision = {.execution = true, .writes = true, .signals = true, .network = true};
  const auto compiled = CompileFilter(policy);
  ASSERT_TRUE(compiled);
  std::set<int> expected;
  for (const SupervisedCall& call : SupervisedCalls(policy.supervision)) {
    const std::string name(call.call);
    if (std::binary_search(policy.allow.begin(), policy.allow.end(), name)) {
      expected.insert(SyscallNumber(name));
    }
  }
  EXPECT_EQ(std::set<int>(compiled->supervised.begin(), compiled->supervised.end()), expected);
  for (const int call : {SYS_execve, SYS_openat, SYS_kill, SYS_connect, SYS_sendto}) {
    EXPECT_TRUE(expected.contains(call)) << call;
  }
}

}  // namespace
}  // namespace nodeward
