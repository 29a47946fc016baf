// Decoding of refused calls: each kind of argument, hostile memory, and what must never be read.
#include "supervise/decode.h"

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
#include <cstring>
#include <map>
#include <set>

#include "measures/seccomp_arguments.h"
#include "measures/seccomp_filter.h"
#include "supervise/decode_format.h"
#include "supervise/decode_numbers.h"
#include "supervise/decode_table.h"

namespace nodeward {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

// Regions of readable bytes; everything else is unmapped. Records where it was read.
class FakeMemory : public CallerMemory {
 public:
  std::uint64_t Place(std::uint64_t address, std::string_view bytes) {
    regions_[address] = std::string(bytes);
    return address;
  }
  std::uint64_t PlaceString(std::uint64_t address, std::string_view text) {
    return Place(address, std::string(text) + '\0');
  }
  template <class T>
  std::uint64_t PlaceObject(std::uint64_t address, const T& object) {
    std::string bytes(sizeof(object), '\0');
    std::memcpy(bytes.data(), &object, sizeof(object));
    return Place(address, bytes);
  }

  std::size_t Read(std::uint64_t address, void* buffer, std::size_t size) override {
    reads.insert(address);
    total += size;
    for (const auto& [start, bytes] : regions_) {
      if (address < start || address >= start + bytes.size()) continue;
      const std::size_t got = std::min<std::size_t>(size, start + bytes.size() - address);
      std::memcpy(buffer, bytes.data() + (address - start), got);
      return got;
    }
    return 0;
  }

  std::set<std::uint64_t> reads;
  std::size_t total = 0;

 private:
  std::map<std::uint64_t, std::string> regions_;
};

template <class... Args>
seccomp_data Call(int number, Args... args) {
  seccomp_data call = {};
  call.nr = number;
  int i = 0;
  ((call.args[i++] = static_cast<__u64>(args)), ...);
  return call;
}

bool IsRead(const Arg& arg) {
  return arg.kind == ArgKind::kPath || arg.kind == ArgKind::kString ||
         arg.kind == ArgKind::kSockaddr;
}

bool IsPointer(const Arg& arg) { return IsRead(arg) || arg.kind == ArgKind::kPointer; }

template <class... Args>
std::vector<std::string> ArgsOf(FakeMemory& memory, int number, Args... args) {
  return DecodeCall(Call(number, args...), memory).args;
}

std::string AddressOf(FakeMemory& memory, std::uint64_t address, std::uint64_t length) {
  return ReadSocketAddress(address, length, memory);
}

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
      if (HasArgumentRules(row.name)) {
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

// Strings.

TEST(ReadString, EmptyIsAnArgument) {
  FakeMemory memory;
  memory.PlaceString(0x1000, "");
  EXPECT_THAT(ArgsOf(memory, SYS_chdir, 0x1000), ElementsAre(""));
}

TEST(ReadString, KeepsRawBytes) {
  FakeMemory memory;
  memory.PlaceString(0x1000, "/tmp/\x1b[2J\n\xff");
  EXPECT_EQ(ReadString(0x1000, memory), "/tmp/\x1b[2J\n\xff");
}

TEST(ReadString, CrossesPagesAndNeverReadsAcrossOneInVain) {
  FakeMemory memory;
  memory.PlaceString(0x1ffa, "/a/long/name");
  EXPECT_EQ(ReadString(0x1ffa, memory), "/a/long/name");
  EXPECT_THAT(memory.reads, ElementsAre(0x1ffau, 0x2000u));
  FakeMemory last;  // ends exactly where memory does
  last.PlaceString(0x1ffb, "/end");
  EXPECT_EQ(ReadString(0x1ffb, last), "/end");
  EXPECT_THAT(last.reads, ElementsAre(0x1ffbu));
}

TEST(ReadString, CutsWhatDoesNotEnd) {
  FakeMemory memory;
  memory.Place(0x1234, std::string(100000, 'a'));
  EXPECT_EQ(ReadString(0x1234, memory), std::string(4096, 'a').append(kEllipsis));
  EXPECT_EQ(memory.total, 4096u);
  FakeMemory shorter;
  shorter.Place(0x1ff0, std::string(16, 'b'));  // unmapped memory follows
  EXPECT_EQ(ReadString(0x1ff0, shorter), std::string(16, 'b').append(kEllipsis));
}

TEST(ReadString, LongestPathIsWhole) {
  FakeMemory memory;
  memory.PlaceString(0x1010, std::string(4095, 'a'));
  EXPECT_EQ(ReadString(0x1010, memory), std::string(4095, 'a'));
}

TEST(ReadString, HostileAddresses) {
  FakeMemory memory;
  EXPECT_EQ(ReadString(0, memory), "NULL");
  EXPECT_EQ(ReadString(1, memory), "0x1 (unreadable)");
  EXPECT_EQ(ReadString(UINT64_MAX, memory), "0xffffffffffffffff (unreadable)");
  memory.Place(UINT64_MAX - 3, "abc");
  EXPECT_EQ(ReadString(UINT64_MAX - 3, memory), std::string("abc").append(kEllipsis));
}

// Socket addresses.

sockaddr_in Inet(const char* bytes, std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  std::memcpy(&address.sin_addr, bytes, 4);
  return address;
}

TEST(ReadSocketAddress, Inet) {
  FakeMemory memory;
  memory.PlaceObject(0x1000, Inet("\x0a\x00\x00\x01", 443));
  EXPECT_EQ(AddressOf(memory, 0x1000, 16), "10.0.0.1:443");
  EXPECT_EQ(AddressOf(memory, 0x1000, 15), "AF_INET (cut short)");
  const DecodedCall decoded = DecodeCall(Call(SYS_connect, 5, 0x1000, 16), memory);
  EXPECT_THAT(decoded.args, ElementsAre("5", "10.0.0.1:443", "16"));
  EXPECT_EQ(decoded.target, "10.0.0.1:443");
  EXPECT_EQ(DecodeCall(Call(SYS_sendto, 5, 0x9000, 3, 0, 0x1000, 16), memory).target,
            "10.0.0.1:443");
}

TEST(ReadSocketAddress, Inet6) {
  FakeMemory memory;
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(443);
  address.sin6_addr = in6addr_loopback;
  memory.PlaceObject(0x1000, address);
  EXPECT_EQ(AddressOf(memory, 0x1000, sizeof(address)), "[::1]:443");
  EXPECT_EQ(AddressOf(memory, 0x1000, 24), "[::1]:443");
  EXPECT_EQ(AddressOf(memory, 0x1000, 23), "AF_INET6 (cut short)");
  address.sin6_scope_id = 2;
  memory.PlaceObject(0x1000, address);
  EXPECT_EQ(AddressOf(memory, 0x1000, sizeof(address)), "[::1%2]:443");
}

std::string UnixBytes(std::string_view path) {
  std::string bytes(2, '\0');
  bytes[0] = AF_UNIX;  // both architectures are little-endian
  return bytes.append(path);
}

TEST(ReadSocketAddress, Unix) {
  FakeMemory memory;
  const auto text = [&](std::string_view path) {
    const std::string bytes = UnixBytes(path);
    return AddressOf(memory, memory.Place(0x1000, bytes), bytes.size());
  };
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(text("/run/x.sock\0\0\0"sv), "/run/x.sock");
  EXPECT_EQ(text("/run/x.sock"sv), "/run/x.sock");  // unterminated: the length ends it
  EXPECT_EQ(text(""sv), "AF_UNIX (unnamed)");
  EXPECT_EQ(text("\0name"sv), "@name");
  EXPECT_EQ(text("@name\0"sv), "./@name");
  EXPECT_EQ(text("\0a\0b\\0\n"sv), "@a\\0b\\\\0\n");
  EXPECT_EQ(text("\0"sv), "@");
}

TEST(ReadSocketAddress, OtherFamilies) {
  FakeMemory memory;
  sockaddr_nl netlink = {};
  netlink.nl_family = AF_NETLINK;
  netlink.nl_pid = 7;
  netlink.nl_groups = 3;
  memory.PlaceObject(0x1000, netlink);
  EXPECT_EQ(AddressOf(memory, 0x1000, sizeof(netlink)), "AF_NETLINK pid 7 groups 0x3");
  EXPECT_EQ(AddressOf(memory, 0x1000, 4), "AF_NETLINK (cut short)");
  sockaddr_storage storage = {};
  storage.ss_family = AF_VSOCK;
  memory.PlaceObject(0x2000, storage);
  EXPECT_EQ(AddressOf(memory, 0x2000, 16), "AF_VSOCK");
  storage.ss_family = 60000;
  memory.PlaceObject(0x2000, storage);
  EXPECT_EQ(AddressOf(memory, 0x2000, 128), "0xea60");
  storage.ss_family = AF_UNSPEC;
  memory.PlaceObject(0x2000, storage);
  EXPECT_EQ(AddressOf(memory, 0x2000, 2), "AF_UNSPEC");
}

TEST(ReadSocketAddress, HostileLengths) {
  FakeMemory memory;
  memory.Place(0x1000, std::string(100000, '\x01'));
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{129},
                                     std::uint64_t{0x7fffffff}, std::uint64_t{0x100000000}}) {
    const auto low = static_cast<std::int32_t>(length & 0xffffffff);
    EXPECT_EQ(AddressOf(memory, 0x1000, length), "0x1000 (length " + std::to_string(low) + ")");
  }
  EXPECT_EQ(AddressOf(memory, 0x1000, 0xffffffff), "0x1000 (length -1)");
  EXPECT_EQ(AddressOf(memory, 0x1000, 0x80000000), "0x1000 (length -2147483648)");
  EXPECT_EQ(memory.total, 0u);
  EXPECT_EQ(AddressOf(memory, 0, 16), "NULL");
  EXPECT_EQ(AddressOf(memory, 0x900000, 16), "0x900000 (unreadable)");
  memory.PlaceObject(0x800000, Inet("\x0a\x00\x00\x01", 443));  // ends within the claimed length
  EXPECT_EQ(AddressOf(memory, 0x800000, 17), "0x800000 (unreadable)");
}

// Hints.

TEST(AllowHint, NamesTheLine) {
  EXPECT_EQ(AllowHint(Call(SYS_mount)), "[syscalls] allow = [\"mount\"]");
  EXPECT_EQ(AllowHint(Call(SYS_getppid)), "[syscalls] allow = [\"getppid\"]");
  // These have argument rules, and the arguments satisfy them: the name alone is missing.
  EXPECT_EQ(AllowHint(Call(SYS_clone, SIGCHLD)), "[syscalls] allow = [\"clone\"]");
  EXPECT_EQ(AllowHint(Call(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
            "[syscalls] allow = [\"socketpair\"]");
  EXPECT_EQ(AllowHint(Call(SYS_setpriority, PRIO_PROCESS, 0, 5)),
            "[syscalls] allow = [\"setpriority\"]");
}

TEST(AllowHint, SaysWhereNoLineHelps) {
  const auto no = [](std::string_view what) {
    return "no profile line allows " + std::string(what) + " in this version";
  };
  EXPECT_EQ(AllowHint(Call(SYS_socket, AF_PACKET, SOCK_RAW, 0x300)),
            no("socket(AF_PACKET, SOCK_RAW, 0x300)"));
  EXPECT_EQ(AllowHint(Call(SYS_clone, CLONE_NEWUSER | SIGCHLD)),
            no("clone(SIGCHLD|CLONE_NEWUSER)"));
  EXPECT_EQ(AllowHint(Call(SYS_prctl, PR_SET_PTRACER, -1)), no("prctl(PR_SET_PTRACER)"));
  EXPECT_EQ(AllowHint(Call(SYS_ioctl, 0, TIOCSTI, 0x7ffe)), no("ioctl(TIOCSTI)"));
  EXPECT_EQ(AllowHint(Call(SYS_fcntl, 0, F_SETOWN, 9)), no("fcntl(F_SETOWN, 9)"));
  EXPECT_EQ(AllowHint(Call(SYS_fcntl, 0, F_SETFL, O_ASYNC)), no("fcntl(F_SETFL, O_ASYNC)"));
  EXPECT_EQ(AllowHint(Call(SYS_socket, AF_INET, SOCK_STREAM, IPPROTO_MPTCP)),
            no("socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP)"));
  EXPECT_EQ(AllowHint(Call(SYS_setpriority, PRIO_PROCESS, 9, 5)),
            no("setpriority(PRIO_PROCESS, 9)"));
  EXPECT_EQ(AllowHint(Call(SYS_prlimit64, 9, RLIMIT_CPU)), no("prlimit64(9, RLIMIT_CPU)"));
  EXPECT_EQ(AllowHint(Call(SYS_kill, -1, SIGKILL)), no("kill(-1, SIGKILL)"));
  EXPECT_EQ(AllowHint(Call(SYS_tgkill, 9, 9, SIGTERM)), no("tgkill(9, 9, SIGTERM)"));
  EXPECT_EQ(AllowHint(Call(500)), no("syscall_500"));
}

// A line that the profile's own check refuses would send the operator in circles.
TEST(AllowHint, NamesOnlyWhatAProfileCanName) {
  for (int number = 0; number < 512; ++number) {
    const std::string name(CallName(number));
    if (SyscallNumber(name) == number) continue;
    EXPECT_EQ(AllowHint(Call(number)),
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
