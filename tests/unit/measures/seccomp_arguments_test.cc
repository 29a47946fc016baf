// Calls whose arguments decide, as an evaluator of the compiled BPF sees them. Each argument that
// the kernel takes as an int is tried with garbage above it: the verdict must be the same.
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <linux/vm_sockets.h>  // older ones want sockaddr to be there

#include "unit/measures/seccomp_testing.h"

namespace nodeward {
namespace {

using test::DefaultFilter;
using test::Filter;
using test::kAllow;
using test::kGarbage;
using test::kGuarded;
using test::kNotify;
using test::ProcessFilter;

constexpr int kOwnSig = 10;    // F_SETSIG
constexpr int kSetOwnEx = 15;  // F_SETOWN_EX (asm-generic/fcntl.h; libc hides it)

template <class T>
std::uint64_t Low(T value) {
  return static_cast<std::uint32_t>(value);
}

std::uint32_t Socket(int family, int type, int protocol) {
  const Filter& filter = DefaultFilter();
  const std::uint32_t verdict = filter("socket", Low(family), Low(type), Low(protocol));
  EXPECT_EQ(
      filter("socket", Low(family) | kGarbage, Low(type) | kGarbage, Low(protocol) | kGarbage),
      verdict)
      << family << " " << type << " " << protocol;
  return verdict;
}

TEST(SeccompSocket, WhatNodeOpens) {
  for (const int flags : {0, int{SOCK_CLOEXEC}, int{SOCK_NONBLOCK}, SOCK_CLOEXEC | SOCK_NONBLOCK}) {
    for (const int family : {AF_INET, AF_INET6}) {
      EXPECT_EQ(Socket(family, SOCK_STREAM | flags, 0), kAllow);
      EXPECT_EQ(Socket(family, SOCK_STREAM | flags, IPPROTO_TCP), kAllow);
      EXPECT_EQ(Socket(family, SOCK_DGRAM | flags, 0), kAllow);
      EXPECT_EQ(Socket(family, SOCK_DGRAM | flags, IPPROTO_UDP), kAllow);
    }
    EXPECT_EQ(Socket(AF_UNIX, SOCK_STREAM | flags, 0), kAllow);
    EXPECT_EQ(Socket(AF_UNIX, SOCK_DGRAM | flags, 0), kAllow);
    EXPECT_EQ(Socket(AF_NETLINK, SOCK_RAW | flags, NETLINK_ROUTE), kAllow) << "getifaddrs(3)";
  }
}

TEST(SeccompSocket, EveryOtherFamilyIsRefused) {
  for (int family = 0; family < 64; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
    for (const int type :
         {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_PACKET}) {
      const bool route = family == AF_NETLINK && (type == SOCK_RAW || type == SOCK_DGRAM);
      EXPECT_EQ(Socket(family, type, 0), route ? kAllow : kNotify) << family << " " << type;
    }
  }
  EXPECT_EQ(Socket(AF_PACKET, SOCK_RAW, 0x0300), kNotify) << "ETH_P_ALL";
  EXPECT_EQ(Socket(AF_VSOCK, SOCK_STREAM, 0), kNotify);
  EXPECT_EQ(Socket(AF_ALG, SOCK_SEQPACKET, 0), kNotify);
}

TEST(SeccompSocket, NetlinkIsForRoutesAlone) {
  for (int protocol = 1; protocol < 32; ++protocol) {
    EXPECT_EQ(Socket(AF_NETLINK, SOCK_RAW, protocol), kNotify) << protocol;
    EXPECT_EQ(Socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol), kNotify) << protocol;
  }
}

TEST(SeccompSocket, RawAndUnusualProtocolsAreRefused) {
  for (const int family : {AF_INET, AF_INET6}) {
    for (int protocol = 0; protocol < 512; ++protocol) {
      EXPECT_EQ(Socket(family, SOCK_RAW, protocol), kNotify) << protocol;
      const bool tcp = protocol == 0 || protocol == IPPROTO_TCP;
      EXPECT_EQ(Socket(family, SOCK_STREAM, protocol), tcp ? kAllow : kNotify) << protocol;
      const bool udp = protocol == 0 || protocol == IPPROTO_UDP;
      EXPECT_EQ(Socket(family, SOCK_DGRAM, protocol), udp ? kAllow : kNotify) << protocol;
    }
    EXPECT_EQ(Socket(family, SOCK_SEQPACKET, IPPROTO_SCTP), kNotify);
    EXPECT_EQ(Socket(family, SOCK_STREAM, 262), kNotify) << "MPTCP escapes Landlock's TCP rules";
  }
}

TEST(SeccompSocket, UnknownFlagsBesideTheTypeAreRefused) {
  for (int bit = 4; bit < 32; ++bit) {
    const unsigned flag = 1u << bit;
    if (flag == SOCK_CLOEXEC || flag == SOCK_NONBLOCK) continue;
    EXPECT_EQ(Socket(AF_INET, static_cast<int>(SOCK_STREAM | flag), 0), kNotify) << bit;
  }
}

TEST(SeccompSocket, PairsAreLocal) {
  EXPECT_EQ(DefaultFilter()("socketpair", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), kAllow);
  EXPECT_EQ(DefaultFilter()("socketpair", AF_UNIX | kGarbage, SOCK_DGRAM | kGarbage, 0), kAllow);
  EXPECT_EQ(DefaultFilter()("socketpair", AF_UNIX, SOCK_RAW, 0), kNotify);
  EXPECT_EQ(DefaultFilter()("socketpair", 30 /* AF_TIPC */, SOCK_STREAM, 0), kNotify);
}

// The verdict of a call whose argument `index` is an int of this value, garbage above it or not.
template <class T>
std::uint32_t WithInt(const char* name, unsigned index, T value) {
  seccomp_data call = test::CallOf(SyscallNumber(name));
  call.args[index] = Low(value);
  const std::uint32_t verdict = DefaultFilter()(call);
  call.args[index] |= kGarbage;
  EXPECT_EQ(DefaultFilter()(call), verdict) << name << " " << value << " with garbage above";
  return verdict;
}

TEST(SeccompIoctl, TerminalsAndSocketsWork) {
  for (const unsigned long request :
       {0x5401ul /* TCGETS */, 0x5402ul /* TCSETS */, 0x5413ul /* TIOCGWINSZ */,
        0x540ful /* TIOCGPGRP */, 0x80045430ul /* TIOCGPTN */, 0x541bul /* FIONREAD */,
        0x5421ul /* FIONBIO */, 0x5451ul /* FIOCLEX */}) {
    EXPECT_EQ(WithInt("ioctl", 1, request), kAllow) << std::hex << request;
  }
}

TEST(SeccompIoctl, WhatReachesOthersIsRefused) {
  for (const unsigned long request :
       {0x5412ul /* TIOCSTI */, 0x541cul /* TIOCLINUX */, 0x5452ul /* FIOASYNC */,
        0x8901ul /* FIOSETOWN */, 0x8902ul /* SIOCSPGRP */, 0x5410ul /* TIOCSPGRP */,
        0x540eul /* TIOCSCTTY */, 0x5422ul /* TIOCNOTTY */, 0x541dul /* TIOCCONS */,
        0x5423ul /* TIOCSETD */, 0x8914ul /* SIOCSIFFLAGS */, 0ul, 0xfffffffful}) {
    EXPECT_EQ(WithInt("ioctl", 1, request), kNotify) << std::hex << request;
  }
}

TEST(SeccompFcntl, WhatNodeDoes) {
  for (const int command : {F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETLK, F_GETLK}) {
    EXPECT_EQ(WithInt("fcntl", 1, command), kAllow) << command;
  }
  EXPECT_EQ(DefaultFilter()("fcntl", 3, F_SETFL, O_NONBLOCK | O_APPEND), kAllow);
  EXPECT_EQ(DefaultFilter()("fcntl", 3, F_SETFL | kGarbage, O_NONBLOCK | kGarbage), kAllow);
}

TEST(SeccompFcntl, SignalsAreAimedAtNobody) {
  for (const int command : {F_SETOWN, F_GETOWN, kOwnSig, kSetOwnEx, F_SETLEASE, F_NOTIFY, 0x7777}) {
    EXPECT_EQ(WithInt("fcntl", 1, command), kNotify) << command;
  }
  EXPECT_EQ(DefaultFilter()("fcntl", 3, F_SETFL, O_ASYNC), kNotify);
  EXPECT_EQ(DefaultFilter()("fcntl", 3, F_SETFL, O_NONBLOCK | O_ASYNC), kNotify);
  EXPECT_EQ(DefaultFilter()("fcntl", 3, F_SETFL | kGarbage, O_ASYNC | kGarbage), kNotify);
}

TEST(SeccompPrctl, OnlyWhatNodeAndLibcDo) {
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_READ,
                           0x53564d41 /* PR_SET_VMA */}) {
    EXPECT_EQ(WithInt("prctl", 0, option), kAllow) << option;
  }
  for (const int option : {PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_PDEATHSIG, PR_SET_PTRACER,
                           PR_SET_KEEPCAPS, PR_SET_SECUREBITS, PR_CAPBSET_DROP, PR_CAP_AMBIENT,
                           PR_SET_CHILD_SUBREAPER, PR_SET_MM, PR_SET_TSC, PR_SET_FPEMU, 0, -1}) {
    EXPECT_EQ(WithInt("prctl", 0, option), kNotify) << option;
  }
}

TEST(SeccompLimits, OnlyItsOwn) {
  EXPECT_EQ(WithInt("prlimit64", 0, 0), kAllow);
  for (const int pid : {1, 2, kGuarded.supervisor, kGuarded.keeper, -1}) {
    EXPECT_EQ(WithInt("prlimit64", 0, pid), kNotify) << pid;
  }
}

TEST(SeccompScheduling, OnlyItsOwn) {
  const test::Filter filter(
      test::PolicyOf(test::DefaultProfile({"syscalls.allow=[\"@default\", \"@priority\"]"})));
  EXPECT_EQ(filter("setpriority", PRIO_PROCESS, 0, 5), kAllow);
  EXPECT_EQ(filter("setpriority", PRIO_PROCESS, kGuarded.supervisor, 5), kNotify);
  EXPECT_EQ(filter("setpriority", PRIO_USER, 0, 5), kNotify);
  for (const char* name :
       {"sched_setaffinity", "sched_setparam", "sched_setscheduler", "sched_setattr"}) {
    EXPECT_EQ(filter(name, 0), kAllow) << name;
    EXPECT_EQ(filter(name, kGuarded.supervisor), kNotify) << name;
  }
}

TEST(SeccompKill, NeverTowardsNodeward) {
  for (const int pid :
       {kGuarded.supervisor, kGuarded.keeper, -kGuarded.supervisor_group, -kGuarded.keeper, -1}) {
    EXPECT_EQ(WithInt("kill", 0, pid), kNotify) << pid;
  }
  EXPECT_EQ(DefaultFilter()("kill", 0xffffffffffffffff, SIGKILL), kNotify);
  EXPECT_EQ(DefaultFilter()("kill", 0x00000000ffffffff, SIGKILL), kNotify);
  for (const int pid : {kGuarded.supervisor, kGuarded.keeper, -1}) {
    EXPECT_EQ(WithInt("tgkill", 0, pid), kNotify) << pid;
  }
}

TEST(SeccompKill, AThreadOfTheSupervisorIsTheSupervisor) {
  for (const pid_t thread : kGuarded.threads) {
    EXPECT_EQ(WithInt("kill", 0, thread), kNotify) << thread;
  }
}

TEST(SeccompKill, OthersAreTheKernelsMatter) {
  for (const int pid : {0, 1, 2, 4099, 4102, 5000, -5000, INT32_MAX}) {
    EXPECT_EQ(WithInt("kill", 0, pid), kAllow) << pid;
  }
  for (const int pid : {1, 5000}) EXPECT_EQ(WithInt("tgkill", 0, pid), kAllow) << pid;
  // The guards look at the first argument alone: a signal's number is no pid.
  EXPECT_EQ(DefaultFilter()("kill", 5000, kGuarded.supervisor), kAllow);
  EXPECT_EQ(DefaultFilter()("getpid", kGuarded.supervisor), kAllow) << "not a guarded call";
}

TEST(SeccompKill, WithoutNodewardsPidsNothingIsGuarded) {
  FilterPolicy policy = test::PolicyOf(test::DefaultProfile());
  policy.guarded = {};  // explain and check compile before anything was forked
  EXPECT_EQ(test::Filter(policy)("kill", 0, SIGTERM), kAllow);
}

constexpr std::uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                  CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                  CLONE_CHILD_CLEARTID;
constexpr std::uint64_t kFork = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
constexpr std::uint64_t kSpawn = CLONE_VM | CLONE_VFORK | SIGCHLD;

TEST(SeccompClone, ThreadsByDefaultProcessesWithTheGroup) {
  EXPECT_EQ(DefaultFilter()("clone", kThread), kAllow);
  EXPECT_EQ(DefaultFilter()("clone", kThread | kGarbage), kAllow);
  for (const std::uint64_t flags : {kFork, kSpawn, std::uint64_t{SIGCHLD}, std::uint64_t{0}}) {
    EXPECT_EQ(DefaultFilter()("clone", flags), kNotify) << std::hex << flags;
    EXPECT_EQ(DefaultFilter()("clone", flags | kGarbage), kNotify) << std::hex << flags;
    EXPECT_EQ(ProcessFilter()("clone", flags), kAllow) << std::hex << flags;
  }
  EXPECT_EQ(ProcessFilter()("clone", kThread), kAllow);
}

TEST(SeccompClone, NoNamespaceAndNoOtherParent) {
  // CLONE_NEWTIME shares its bit with the signal's number: only clone3(2) knows it.
  for (const std::uint64_t flag :
       {std::uint64_t{CLONE_NEWNS}, std::uint64_t{CLONE_NEWCGROUP}, std::uint64_t{CLONE_NEWUTS},
        std::uint64_t{CLONE_NEWIPC}, std::uint64_t{CLONE_NEWUSER}, std::uint64_t{CLONE_NEWPID},
        std::uint64_t{CLONE_NEWNET}, std::uint64_t{CLONE_PARENT}, std::uint64_t{CLONE_PTRACE},
        std::uint64_t{CLONE_UNTRACED}, std::uint64_t{CLONE_PIDFD}}) {
    for (const std::uint64_t base : {kThread, kFork, kSpawn, std::uint64_t{SIGCHLD}}) {
      EXPECT_EQ(DefaultFilter()("clone", base | flag), kNotify) << std::hex << flag;
      EXPECT_EQ(ProcessFilter()("clone", base | flag), kNotify) << std::hex << flag;
      EXPECT_EQ(ProcessFilter()("clone", base | flag | kGarbage), kNotify) << std::hex << flag;
    }
  }
}

TEST(SeccompClone, OneWayToForkIsEnoughForProcesses) {
  // arm64 has neither fork nor vfork: the names stand for the wish. Without both, threads alone.
  FilterPolicy policy = test::PolicyOf(test::DefaultProfile(
      {"syscalls.allow=[\"@default\", \"@process\"]", "syscalls.deny=[\"fork\", \"vfork\"]"}));
  EXPECT_EQ(test::Filter(policy)("clone", kFork), kNotify);
  EXPECT_EQ(test::Filter(policy)("clone", kThread), kAllow);
}

}  // namespace
}  // namespace nodeward
