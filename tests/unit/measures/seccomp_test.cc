// The filter as an evaluator of the compiled BPF sees it: which call gets which answer. What
// decides by arguments is in seccomp_arguments_test.cc.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "measures/seccomp_arguments.h"
#include "profile/syscall_groups.h"
#include "unit/measures/seccomp_testing.h"

namespace nodeward {
namespace {

using test::CallOf;
using test::DefaultFilter;
using test::DefaultProfile;
using test::Filter;
using test::kAllow;
using test::kGarbage;
using test::kKillProcess;
using test::kNoSuchCall;
using test::kNotify;
using test::PolicyOf;
using test::ProcessFilter;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Calls whose arguments decide; the others are allowed with any.
std::set<std::string, std::less<>> Conditional() {
  std::set<std::string, std::less<>> names = {"kill", "tgkill"};
  for (const ArgumentRule& rule : ArgumentRules(false)) names.emplace(rule.call);
  return names;
}

Profile WithCalls(std::vector<std::string> allow, std::vector<std::string> deny = {}) {
  Profile profile;
  profile.syscalls.allow.emplace();
  profile.syscalls.deny.emplace();
  for (auto& name : allow) profile.syscalls.allow->push_back({std::move(name), {"app.toml", 3, 9}});
  for (auto& name : deny) profile.syscalls.deny->push_back({std::move(name), {"app.toml", 4, 8}});
  return profile;
}

TEST(SeccompFilter, PlainCallsAreAllowedWithAnyArguments) {
  const auto conditional = Conditional();
  int plain = 0;
  for (const std::string& name : PolicyOf(DefaultProfile()).allow) {
    if (conditional.contains(name) || SyscallNumber(name) < 0) continue;
    ++plain;
    EXPECT_EQ(DefaultFilter()(name), kAllow) << name;
    EXPECT_EQ(DefaultFilter()(name, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull), kAllow) << name;
    EXPECT_EQ(DefaultFilter()(name, 1, 2, 3, 4, 5, 6), kAllow) << name;
  }
  EXPECT_GT(plain, 100);
}

TEST(SeccompFilter, TheCallsOfNodeAreThere) {
  for (const char* name : {"read", "write", "openat", "mmap", "futex", "epoll_pwait", "accept4",
                           "connect", "sendmsg", "execve", "exit_group", "rt_sigreturn"}) {
    EXPECT_EQ(DefaultFilter()(name), kAllow) << name;
  }
}

TEST(SeccompFilter, WhatIsNotAllowedIsNotified) {
  for (const char* name : {"mount",
                           "umount2",
                           "ptrace",
                           "init_module",
                           "finit_module",
                           "bpf",
                           "unshare",
                           "setns",
                           "chroot",
                           "pivot_root",
                           "setuid",
                           "setresuid",
                           "setgroups",
                           "capset",
                           "keyctl",
                           "add_key",
                           "process_vm_readv",
                           "process_vm_writev",
                           "pidfd_getfd",
                           "pidfd_send_signal",
                           "tkill",
                           "rt_sigqueueinfo",
                           "rt_tgsigqueueinfo",
                           "kexec_load",
                           "reboot",
                           "swapon",
                           "perf_event_open",
                           "userfaultfd",
                           "seccomp",
                           "setrlimit",
                           "setsid",
                           "setpgid",
                           "open_by_handle_at",
                           "name_to_handle_at",
                           "kcmp",
                           "quotactl",
                           "acct",
                           "settimeofday",
                           "memfd_create",
                           "mlock",
                           "setpriority",
                           "sched_setscheduler",
                           "sched_setattr",
                           "process_madvise",
                           "move_pages",
                           "migrate_pages",
                           "personality",
                           "syslog",
                           "vhangup",
                           "shmget",
                           "mq_open"}) {
    EXPECT_EQ(DefaultFilter()(name), kNotify) << name;
  }
}

TEST(SeccompFilter, ProbesAreAnsweredInTheKernel) {
  EXPECT_THAT(OptionalProbes(), Contains("clone3"));
  EXPECT_THAT(OptionalProbes(), Contains("io_uring_setup"));
  for (const std::string_view probe : OptionalProbes()) {
    const std::string name(probe);
    EXPECT_EQ(DefaultFilter()(name), kNoSuchCall) << name;
    EXPECT_EQ(ProcessFilter()(name), kNoSuchCall) << name;
  }
}

TEST(SeccompFilter, NumbersBeyondTheTableDoNotExist) {
  const int last = DefaultFilter().last_call();
  EXPECT_GE(last, 448) << "process_mrelease(2), Linux 5.15, is known to libseccomp 2.5.4";
  EXPECT_LT(last, 500) << "a table with holes would let this test prove less";
  for (const int number : {last + 1, 500, 1000, 0x10000, 0x3fffffff}) {
    EXPECT_EQ(DefaultFilter()(CallOf(number)), kNoSuchCall) << number;
  }
  EXPECT_NE(DefaultFilter()(CallOf(last)), kNoSuchCall);
}

TEST(SeccompFilter, ForeignArchitecturesAreKilled) {
  const int read = SyscallNumber("read");
  for (const std::uint32_t arch :
       {std::uint32_t{AUDIT_ARCH_I386}, std::uint32_t{AUDIT_ARCH_ARM},
        std::uint32_t{AUDIT_ARCH_X86_64}, std::uint32_t{AUDIT_ARCH_AARCH64},
        std::uint32_t{AUDIT_ARCH_RISCV64}, std::uint32_t{0}}) {
    if (arch == kernel::kAuditArch) continue;
    for (const int number : {0, 1, 3, read, 102, 500, 0x3fffffff, 0x40000000}) {
      seccomp_data call = CallOf(number);
      call.arch = arch;
      EXPECT_EQ(DefaultFilter()(call), kKillProcess) << std::hex << arch << " " << number;
    }
  }
}

#if defined(__x86_64__)
TEST(SeccompFilter, X32NumbersAreKilled) {
  for (const int number : {0, 1, 59, 165, 512, 547, 0x3fffffff}) {
    EXPECT_EQ(DefaultFilter()(CallOf(0x40000000 | number)), kKillProcess) << number;
  }
  for (const int number : {-2, INT32_MIN, INT32_MIN + 1}) {
    EXPECT_EQ(DefaultFilter()(CallOf(number)), kKillProcess) << number;
  }
  // A tracer's "skip this call"; no call of that number exists.
  EXPECT_NE(DefaultFilter()(CallOf(-1)), kAllow);
}
#endif

TEST(SeccompFilter, ProcessGroupBringsChildren) {
  for (const char* name : {"wait4", "setsid"}) {
    EXPECT_EQ(DefaultFilter()(name), kNotify) << name;
    EXPECT_EQ(ProcessFilter()(name), kAllow) << name;
  }
}

TEST(SeccompFilter, DenyWinsOverAllow) {
  const Filter filter(PolicyOf(WithCalls({"@default", "listen", "mount"}, {"listen", "mount"})));
  EXPECT_EQ(filter("listen"), kNotify);
  EXPECT_EQ(filter("mount"), kNotify);
  EXPECT_EQ(filter("bind"), kAllow);
}

TEST(SeccompFilter, ACallOfTwoGroupsIsDeniedByEither) {
  // getppid stands in @default and in @process.
  const Filter filter(PolicyOf(WithCalls({"@default"}, {"@process"})));
  EXPECT_EQ(filter("getppid"), kNotify);
  EXPECT_EQ(filter("getpid"), kAllow);
}

TEST(SeccompFilter, LaunchCallsSurviveEveryDenial) {
  const Filter filter(PolicyOf(WithCalls({}, {"@default", "@process"})));
  for (const std::string_view name : LaunchCalls()) {
    EXPECT_EQ(filter(std::string(name)), kAllow) << name;
  }
  EXPECT_EQ(filter("openat"), kNotify);
  EXPECT_EQ(filter("mmap"), kNotify);
}

TEST(SeccompFilter, AnAbsentListAllowsTheLaunchAlone) {
  const FilterPolicy policy = PolicyOf(Profile{});
  EXPECT_THAT(policy.allow, testing::ElementsAreArray(LaunchCalls()));
}

TEST(SeccompFilter, AProbeThatIsAllowedOrDeniedIsNoProbe) {
  const Filter allowed(PolicyOf(WithCalls({"@default", "@io-uring"})));
  EXPECT_EQ(allowed("io_uring_setup"), kAllow);
  EXPECT_EQ(allowed("clone3"), kNoSuchCall);
  const Filter denied(PolicyOf(WithCalls({"@default"}, {"@io-uring"})));
  EXPECT_EQ(denied("io_uring_setup"), kNotify) << "denied by name: the operator wants to see it";
}

struct AnswerRow {
  DefaultAnswer answer;
  std::uint32_t expected;
};

TEST(SeccompFilter, EachAnswer) {
  for (const AnswerRow& row : {AnswerRow{DefaultAnswer::kNotify, SECCOMP_RET_USER_NOTIF},
                               AnswerRow{DefaultAnswer::kErrno, SECCOMP_RET_ERRNO | EPERM},
                               AnswerRow{DefaultAnswer::kKill, SECCOMP_RET_KILL_PROCESS},
                               AnswerRow{DefaultAnswer::kLog, SECCOMP_RET_LOG}}) {
    const Filter filter(PolicyOf(DefaultProfile(), row.answer));
    EXPECT_EQ(filter("mount"), row.expected);
    EXPECT_EQ(filter("socket", 17, 3, 0), row.expected) << "AF_PACKET";
    EXPECT_EQ(filter("kill", test::kGuarded.supervisor, 9), row.expected);
    EXPECT_EQ(filter("read"), kAllow);
    EXPECT_EQ(filter("clone3"), kNoSuchCall);
    EXPECT_EQ(filter(CallOf(1000)), kNoSuchCall);
  }
}

TEST(SeccompPolicy, RefusesACallWhoseArgumentsNoFilterSees) {
  const auto policy = ResolvePolicy(WithCalls({"@default", "clone3"}));
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().what, "clone3 cannot be allowed: no filter sees its flags");
}

TEST(SeccompFilter, UnknownNamesAreErrorsWithTheirPlace) {
  const auto call = ResolvePolicy(WithCalls({"@default", "opennat"}));
  ASSERT_FALSE(call);
  EXPECT_THAT(call.error().what, HasSubstr("opennat"));
  EXPECT_EQ(call.error().where, "app.toml:3:9");
  EXPECT_THAT(call.error().hint, HasSubstr("openat"));
  const auto group = ResolvePolicy(WithCalls({"@default"}, {"@porcess"}));
  ASSERT_FALSE(group);
  EXPECT_THAT(group.error().what, HasSubstr("@porcess"));
  EXPECT_EQ(group.error().where, "app.toml:4:8");
  EXPECT_THAT(group.error().hint, HasSubstr("@process"));
}

TEST(SeccompFilter, ANameOfAnotherArchitectureIsNoMistake) {
  const Filter filter(PolicyOf(WithCalls({"@default", "sigreturn"})));  // i386 and arm alone
  EXPECT_EQ(filter("read"), kAllow);
}

TEST(SeccompFilter, FitsIntoTheKernel) {
  std::vector<std::string> all;
  for (const SyscallGroup& group : SyscallGroups()) all.push_back("@" + std::string(group.name));
  EXPECT_LT(Filter(PolicyOf(WithCalls(all))).length(), BPF_MAXINSNS / 2u);
}

// Values that arguments take in life and at their edges, with and without garbage above an int.
std::uint64_t AnyArgument(std::mt19937_64& random) {
  constexpr std::uint64_t kLikely[] = {
      0,          1,        2,          3,      5,          6,         10,      16,    17,
      40,         4,        8,          13,     15,         38,        262,     4000,  4100,
      4101,       0x5412,   0x541c,     0x5452, 0x8901,     0x2000,    0x80000, 0x800, 0x10000000,
      0x20000000, 0x3d0f00, 0x59616d61, ~0ull,  0xffffffff, 0xfffff060};  // -1 as an int, and minus
                                                                          // the supervisor's group
  const std::uint64_t value = random() % 4 == 0 ? random() : kLikely[random() % std::size(kLikely)];
  return random() % 3 == 0 ? value | kGarbage : value;
}

// Whatever is thrown at it, the filter allows no call whose name the policy does not hold.
void ExpectOnlyPolicy(const FilterPolicy& policy, unsigned seed) {
  const Filter filter(policy);
  std::set<int> allowed;
  for (const std::string& name : policy.allow) allowed.insert(SyscallNumber(name));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 50000; ++round) {
    // Every number of the table in turn, then numbers from anywhere.
    const int number = round % 3 != 0 ? round / 2 % 600 : static_cast<int>(random());
    seccomp_data call = CallOf(number);
    for (auto& argument : call.args) argument = AnyArgument(random);
    if (round % 7 == 0) call.arch = static_cast<std::uint32_t>(random());
    if (filter(call) != kAllow) continue;
    ASSERT_TRUE(allowed.contains(number)) << "seed " << seed << ", call " << number;
    ASSERT_EQ(call.arch, kernel::kAuditArch) << "seed " << seed << ", call " << number;
  }
}

TEST(SeccompFilter, AllowsNothingThatThePolicyDoesNotName) {
  ExpectOnlyPolicy(PolicyOf(DefaultProfile()), 1);
  ExpectOnlyPolicy(PolicyOf(WithCalls({})), 2);
  // Policies made at random.
  std::mt19937_64 random(3);
  for (unsigned seed = 10; seed < 14; ++seed) {
    FilterPolicy policy = PolicyOf(DefaultProfile({"syscalls.allow=[\"@default\", \"@process\"]"}));
    std::erase_if(policy.allow, [&](const std::string&) { return random() % 2 == 0; });
    ExpectOnlyPolicy(policy, seed);
  }
}

}  // namespace
}  // namespace nodeward
