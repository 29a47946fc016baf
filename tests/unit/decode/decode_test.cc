// Decoding of refused calls: the table, arguments in registers, hints, and what must never be read.
#include "decode/decode.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <set>

#include "decode/format.h"
#include "decode/table.h"
#include "measures/seccomp_arguments.h"
#include "measures/seccomp_filter.h"
#include "unit/decode/fake_memory.h"

namespace nodeward {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool IsRead(const Arg& arg) { return arg.IsRead(); }

bool IsPointer(const Arg& arg) { return IsRead(arg) || arg.kind == ArgKind::kPointer; }

// The table.

TEST(DecodeTable, EveryCallExistsOnceUnderItsName) {
  std::set<int> seen;
  for (const CallRow& row : DecodedCalls()) {
#if defined(__x86_64__)
    ASSERT_GE(row.number, 0) << row.name << " has no number here: is its name right?";
#else
    if (row.number < 0) continue;  // open(2) and its like; x86-64 proves the names
#endif
    EXPECT_TRUE(seen.insert(row.number).second) << row.name << " is listed twice";
    EXPECT_EQ(CallName(row.number), row.name);
    EXPECT_EQ(FindCall(row.number), &row);
  }
  EXPECT_GE(seen.size(), 90u);
}

TEST(DecodeTable, HoldsAtLeastSixtyCallsWithPointers) {
  const auto rows = DecodedCalls();
  const auto with = [&](bool (*matches)(const Arg&)) {
    return std::count_if(rows.begin(), rows.end(), [&](const CallRow& row) {
      return row.number >= 0 && std::any_of(row.args, row.args + kCallArguments, matches);
    });
  };
  EXPECT_GE(with(IsPointer), 120);
  EXPECT_GE(with(IsRead), 60);
}

// Whether the filter looks at the arguments of a call, too.
bool DecidedByArguments(std::string_view name) {
  return std::ranges::any_of(ArgumentRules(true),
                             [&](const ArgumentRule& rule) { return rule.call == name; });
}

TEST(DecodeTable, RowsAreConsistent) {
  for (const CallRow& row : DecodedCalls()) {
    for (int i = 0; i < kCallArguments; ++i) {
      const Arg& arg = row.args[i];
      const bool named = arg.kind == ArgKind::kNamed || arg.kind == ArgKind::kNamedWide;
      EXPECT_EQ(named, arg.names != nullptr) << row.name << " argument " << i;
      EXPECT_LT(arg.other, kCallArguments) << row.name;
      if (row.IsAbout(i)) {
        EXPECT_NE(arg.kind, ArgKind::kNone) << row.name;
      }
      // AllowHint describes these without memory.
      if (DecidedByArguments(row.name)) {
        EXPECT_FALSE(IsRead(arg)) << row.name;
      }
    }
  }
}

TEST(DecodeTable, KnowsNamesBeyondTheTableAndBeyondTheHeaders) {
  EXPECT_EQ(FindCall(SYS_getppid), nullptr);
  EXPECT_EQ(CallName(SYS_getppid), "getppid");
  EXPECT_EQ(CallName(SYS_set_mempolicy_home_node), "set_mempolicy_home_node");
  EXPECT_EQ(CallName(451), "cachestat");
  EXPECT_EQ(CallName(462), "mseal");
  EXPECT_EQ(CallName(467), "open_tree_attr");
  for (const int number : {-1, 511, 512, 100000, 0x40000000, INT32_MAX, INT32_MIN}) {
    EXPECT_EQ(CallName(number), "") << number;
    EXPECT_EQ(FindCall(number), nullptr) << number;
  }
}

// Every row, with a known string behind each pointer that is read.
TEST(DecodeTable, DecodesEachStringAndReadsNothingElse) {
  for (const CallRow& row : DecodedCalls()) {
    if (row.number < 0) continue;
    FakeMemory memory;
    seccomp_data call = Call(row.number);
    std::set<std::uint64_t> expected;
    for (int i = 0; i < kCallArguments; ++i) {
      const std::uint64_t address = 0x10000u * static_cast<unsigned>(i + 1);
      call.args[i] = memory.PlaceString(address, "text" + std::to_string(i));
      if (IsRead(row.args[i]) && row.args[i].kind != ArgKind::kSockaddr) expected.insert(address);
    }
    for (int i = 0; i < kCallArguments; ++i) {
      if (row.args[i].kind != ArgKind::kSockaddr) continue;
      memory.Place(call.args[i], std::string(2, '\0'));
      call.args[row.args[i].other] = 2;
      expected.insert(call.args[i]);
    }
    const DecodedCall decoded = DecodeCall(call, memory);
    EXPECT_EQ(decoded.name, row.name);
    EXPECT_EQ(memory.reads, expected) << row.name;
    EXPECT_EQ(NeedsMemory(row.number), !expected.empty()) << row.name;
    for (int i = 0; i < kCallArguments; ++i) {
      const std::string text = "text" + std::to_string(i);
      const bool shown = row.args[i].kind == ArgKind::kPath || row.args[i].kind == ArgKind::kString;
      EXPECT_EQ(std::ranges::count(decoded.args, text), shown ? 1 : 0) << row.name << " " << i;
    }
    if (row.about != 0) {
      EXPECT_NE(decoded.target, "") << row.name;
    }
  }
}

TEST(DecodeTable, SaysForEachCallThatMemoryIsUnreadable) {
  for (const CallRow& row : DecodedCalls()) {
    if (row.number < 0) continue;
    FakeMemory memory;
    const seccomp_data call = Call(row.number, 0x7f01, 16, 16, 0x7f01, 0x7f01, 16);
    const DecodedCall decoded = DecodeCall(call, memory);
    EXPECT_LE(decoded.args.size(), 6u);
    for (int i = 0; i < kCallArguments; ++i) {
      if (!IsRead(row.args[i]) || call.args[i] != 0x7f01) continue;
      EXPECT_THAT(decoded.args, Contains("0x7f01 (unreadable)")) << row.name;
    }
  }
}

// Calls as people meet them.

TEST(DecodeCall, Mount) {
  FakeMemory memory;
  const DecodedCall decoded = DecodeCall(
      Call(SYS_mount, memory.PlaceString(0x1000, "/dev/sda1"), memory.PlaceString(0x2000, "/mnt"),
           memory.PlaceString(0x3000, "ext4"), 0, memory.PlaceString(0x4000, "password=x")),
      memory);
  EXPECT_EQ(decoded.name, "mount");
  EXPECT_THAT(decoded.args, ElementsAre("/dev/sda1", "/mnt", "ext4", "0x0"));
  EXPECT_EQ(decoded.target, "/dev/sda1 /mnt ext4");
  EXPECT_THAT(memory.reads, testing::Not(Contains(0x4000u)));
}

TEST(DecodeCall, FlagsByNameAndTheRestInHex) {
  FakeMemory memory;
  const std::vector<std::string> args =
      ArgsOf(memory, SYS_mount, 0, 0, 0, MS_REC | MS_BIND | 0x8000000000u);
  EXPECT_THAT(args, ElementsAre("NULL", "NULL", "NULL", "MS_BIND|MS_REC|0x8000000000"));
}

TEST(DecodeCall, OpenModeOnlyWhereItMeansSomething) {
  FakeMemory memory;
  memory.PlaceString(0x1000, "/etc/shadow");
  EXPECT_THAT(ArgsOf(memory, SYS_openat, AT_FDCWD, 0x1000, O_RDONLY | O_CLOEXEC, 0xdeadbeef),
              ElementsAre("AT_FDCWD", "/etc/shadow", "O_RDONLY|O_CLOEXEC"));
  EXPECT_THAT(ArgsOf(memory, SYS_openat, 7, 0x1000, O_RDWR | O_CREAT | O_SYNC, 0640),
              ElementsAre("7", "/etc/shadow", "O_RDWR|O_SYNC|O_CREAT", "0640"));
  EXPECT_THAT(ArgsOf(memory, SYS_openat, 0xffffff9cu, 0x1000, O_WRONLY | O_TMPFILE, 0),
              ElementsAre("AT_FDCWD", "/etc/shadow", "O_WRONLY|O_TMPFILE", "00"));
}

TEST(DecodeCall, SocketNamesItsProtocolByFamily) {
  FakeMemory memory;
  EXPECT_THAT(ArgsOf(memory, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP),
              ElementsAre("AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", "IPPROTO_MPTCP"));
  EXPECT_THAT(ArgsOf(memory, SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT),
              ElementsAre("AF_NETLINK", "SOCK_RAW", "NETLINK_AUDIT"));
  EXPECT_THAT(ArgsOf(memory, SYS_socket, AF_PACKET, SOCK_RAW, 0x300),
              ElementsAre("AF_PACKET", "SOCK_RAW", "0x300"));
  EXPECT_THAT(ArgsOf(memory, SYS_socket, 200, 0xf, 3), ElementsAre("200", "0xf", "3"));
  EXPECT_EQ(DecodeCall(Call(SYS_socket, AF_PACKET, SOCK_RAW, 0x300), memory).target,
            "AF_PACKET SOCK_RAW 0x300");
}

// The kernel takes the low half of the register; a name hidden behind high bits would mislead.
TEST(DecodeCall, IntegersAreTheLowHalfOfTheRegister) {
  FakeMemory memory;
  const std::uint64_t high = std::uint64_t{0xdeadbeef} << 32;
  const DecodedCall decoded = DecodeCall(Call(SYS_ioctl, high, high | TIOCSTI, 0x7ffe), memory);
  EXPECT_THAT(decoded.args, ElementsAre("0", "TIOCSTI", "0x7ffe"));
  EXPECT_EQ(decoded.target, "TIOCSTI");
  EXPECT_THAT(ArgsOf(memory, SYS_kill, 0xffffffffu, SIGKILL), ElementsAre("-1", "SIGKILL"));
  EXPECT_THAT(ArgsOf(memory, SYS_setuid, 0xffffffffu), ElementsAre("-1"));
  EXPECT_THAT(ArgsOf(memory, SYS_setuid, 4000000000u), ElementsAre("4000000000"));
}

TEST(DecodeCall, NamesOptionsRequestsAndNamespaces) {
  FakeMemory memory;
  const auto target = [&](auto... args) { return DecodeCall(Call(args...), memory).target; };
  EXPECT_EQ(target(SYS_prctl, PR_SET_DUMPABLE, 1), "PR_SET_DUMPABLE");
  EXPECT_EQ(target(SYS_prctl, PR_SET_PTRACER, 1), "PR_SET_PTRACER");
  EXPECT_EQ(target(SYS_prctl, 999), "999");
  EXPECT_EQ(target(SYS_ioctl, 0, 0x541c), "TIOCLINUX");
  EXPECT_EQ(target(SYS_ioctl, 0, FIOASYNC), "FIOASYNC");
  EXPECT_EQ(target(SYS_ioctl, 0, 0xc0ffee), "0xc0ffee");
  EXPECT_EQ(target(SYS_fcntl, 0, F_SETOWN, 42), "F_SETOWN 42");
  EXPECT_EQ(target(SYS_fcntl, 0, F_SETSIG, SIGKILL), "F_SETSIG SIGKILL");
  EXPECT_EQ(target(SYS_fcntl, 0, F_SETFL, O_ASYNC), "F_SETFL O_ASYNC");
  EXPECT_EQ(target(SYS_fcntl, 0, F_SETOWN_EX, 0x7ffe), "F_SETOWN_EX 0x7ffe");
  EXPECT_EQ(target(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS), "CLONE_NEWUSER|CLONE_NEWNS");
  EXPECT_EQ(target(SYS_clone, CLONE_NEWUSER | SIGCHLD), "SIGCHLD|CLONE_NEWUSER");
  EXPECT_EQ(target(SYS_ptrace, 16, 42), "PTRACE_ATTACH 42");
  EXPECT_EQ(target(SYS_bpf, 5), "BPF_PROG_LOAD");
  EXPECT_EQ(target(SYS_keyctl, 11), "KEYCTL_READ");
  EXPECT_EQ(target(SYS_prlimit64, 42, RLIMIT_CPU), "42 RLIMIT_CPU");
  EXPECT_EQ(target(SYS_mmap, 0, 4096, 7, 0x22),
            "PROT_READ|PROT_WRITE|PROT_EXEC "
            "MAP_PRIVATE|MAP_ANONYMOUS");
  EXPECT_EQ(target(SYS_mprotect, 0x1000, 1, 0), "PROT_NONE");
  EXPECT_EQ(target(SYS_finit_module, 5), "5");
}

TEST(DecodeCall, NeverReadsSecrets) {
  FakeMemory memory;
  const auto secret = memory.PlaceString(0x5000, "hunter2");
  const auto name = memory.PlaceString(0x6000, "user");
  const auto path = memory.PlaceString(0x7000, "/bin/sh");
  for (const seccomp_data& call :
       {Call(SYS_write, 1, secret, 7), Call(SYS_sendto, 3, secret, 7, 0, 0, 0),
        Call(SYS_execve, path, secret, secret), Call(SYS_execveat, 3, path, secret, secret, 0),
        Call(SYS_add_key, name, name, secret, 7, 0xfffffffd), Call(SYS_keyctl, 2, 1, secret, 7),
        Call(SYS_setxattr, path, name, secret, 7, 0), Call(SYS_fsconfig, 3, 1, name, secret, 0),
        Call(SYS_finit_module, 3, secret, 0), Call(SYS_kexec_file_load, 3, 4, 7, secret, 0)}) {
    for (const std::string& arg : DecodeCall(call, memory).args) {
      EXPECT_THAT(arg, testing::Not(HasSubstr("hunter2")));
    }
  }
  EXPECT_THAT(memory.reads, testing::Not(Contains(0x5000u)));
  EXPECT_THAT(ArgsOf(memory, SYS_add_key, name, name, secret, 7, 0xfffffffd),
              ElementsAre("user", "user", "7", "KEY_SPEC_SESSION_KEYRING"));
  EXPECT_THAT(ArgsOf(memory, SYS_execve, path, secret, secret), ElementsAre("/bin/sh"));
}

TEST(DecodeCall, UnknownCalls) {
  FakeMemory memory;
  const DecodedCall younger = DecodeCall(Call(500, 1, 2, 3), memory);
  EXPECT_EQ(younger.name, "syscall_500");
  EXPECT_THAT(younger.args, IsEmpty());
  EXPECT_EQ(DecodeCall(Call(-7), memory).name, "syscall_-7");
  EXPECT_EQ(DecodeCall(Call(SYS_getppid, 0x5000), memory).name, "getppid");
  EXPECT_FALSE(NeedsMemory(500));
  EXPECT_FALSE(NeedsMemory(-1));
  EXPECT_THAT(memory.reads, IsEmpty());
}

// Hints.

// For a profile that allows what the default one does.
std::string Hint(const seccomp_data& call) { return AllowHint(call, {"@default"}, {"@node"}); }

TEST(AllowHint, NamesTheLine) {
  EXPECT_EQ(Hint(Call(SYS_mount)), "[syscalls] allow = [\"@default\", \"mount\"]");
  EXPECT_EQ(Hint(Call(SYS_getppid)), "[syscalls] allow = [\"@default\", \"getppid\"]");
  // These have argument rules, and the arguments satisfy them: the name alone is missing.
  EXPECT_EQ(Hint(Call(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
            "[syscalls] allow = [\"@default\", \"socketpair\"]");
  EXPECT_EQ(Hint(Call(SYS_setpriority, PRIO_PROCESS, 0, 5)),
            "[syscalls] allow = [\"@default\", \"setpriority\"]");
}

// Lists of a profile replace each other: the line must not take away what is allowed already.
TEST(AllowHint, KeepsWhatIsAllowed) {
  EXPECT_EQ(AllowHint(Call(SYS_mount), {"@default", "mlock"}, {}),
            "[syscalls] allow = [\"@default\", \"mlock\", \"mount\"]");
  EXPECT_EQ(AllowHint(Call(SYS_mount), {}, {}), "[syscalls] allow = [\"mount\"]");
}

// A process is allowed by what it may execute; the calls for it come along.
TEST(AllowHint, NamesProgramsForANewProcess) {
  const seccomp_data fork = Call(SYS_clone, SIGCHLD);
  EXPECT_EQ(Hint(fork), "[filesystem] exec = [\"@node\", \"@node-child\"]");
  EXPECT_EQ(AllowHint(fork, {"@default"}, {}), "[filesystem] exec = [\"@node-child\"]");
#ifdef SYS_vfork
  EXPECT_EQ(Hint(Call(SYS_vfork)), Hint(fork));
#endif
  // Programs are named already: it is the calls that are withheld.
  EXPECT_EQ(AllowHint(fork, {"@default"}, {"@node", "/usr/bin/id"}),
            "[syscalls] allow = [\"@default\", \"@process\"]");
}

TEST(AllowHint, SaysWhereNoLineHelps) {
  const auto no = [](std::string_view what) {
    return "no profile line allows " + std::string(what) + " in this version";
  };
  EXPECT_EQ(Hint(Call(SYS_socket, AF_PACKET, SOCK_RAW, 0x300)),
            no("socket(AF_PACKET, SOCK_RAW, 0x300)"));
  EXPECT_EQ(Hint(Call(SYS_clone, CLONE_NEWUSER | SIGCHLD)), no("clone(SIGCHLD|CLONE_NEWUSER)"));
  EXPECT_EQ(Hint(Call(SYS_prctl, PR_SET_PTRACER, -1)), no("prctl(PR_SET_PTRACER)"));
  EXPECT_EQ(Hint(Call(SYS_ioctl, 0, TIOCSTI, 0x7ffe)), no("ioctl(TIOCSTI)"));
  EXPECT_EQ(Hint(Call(SYS_fcntl, 0, F_SETOWN, 9)), no("fcntl(F_SETOWN, 9)"));
  EXPECT_EQ(Hint(Call(SYS_fcntl, 0, F_SETFL, O_ASYNC)), no("fcntl(F_SETFL, O_ASYNC)"));
  EXPECT_EQ(Hint(Call(SYS_socket, AF_INET, SOCK_STREAM, IPPROTO_MPTCP)),
            no("socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP)"));
  EXPECT_EQ(Hint(Call(SYS_setpriority, PRIO_PROCESS, 9, 5)), no("setpriority(PRIO_PROCESS, 9)"));
  EXPECT_EQ(Hint(Call(SYS_prlimit64, 9, RLIMIT_CPU)), no("prlimit64(9, RLIMIT_CPU)"));
  EXPECT_EQ(Hint(Call(SYS_kill, -1, SIGKILL)), no("kill(-1, SIGKILL)"));
  EXPECT_EQ(Hint(Call(SYS_tgkill, 9, 9, SIGTERM)), no("tgkill(9, 9, SIGTERM)"));
  EXPECT_EQ(Hint(Call(500)), no("syscall_500"));
}

// A line that the profile's own check refuses would send the operator in circles.
TEST(AllowHint, NamesOnlyWhatAProfileCanName) {
  for (int number = 0; number < 512; ++number) {
    const std::string name(CallName(number));
    if (SyscallNumber(name) == number) continue;
    EXPECT_EQ(Hint(Call(number)),
              "no profile line allows " + NameOrNumber(number) + " in this version");
  }
}

// Two sources of the same names: libseccomp's table and the headers'.
TEST(DecodeTable, AgreesWithLibseccomp) {
  for (int number = 0; number < 512; ++number) {
    const std::string name(CallName(number));
    if (name.empty()) continue;
    const int known = SyscallNumber(name);
    if (known >= 0) {
      EXPECT_EQ(known, number) << name;
    }
  }
}

}  // namespace
}  // namespace nodeward
