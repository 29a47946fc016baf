// Strings and socket addresses in memory that a hostile caller arranged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstring>
#include <string>
#include <string_view>

#include "decode/format.h"
#include "unit/decode/fake_memory.h"

namespace nodeward {
namespace {

using testing::ElementsAre;

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

std::string AddressOf(FakeMemory& memory, std::uint64_t address, std::uint64_t length) {
  return ReadSocketAddress(address, length, memory);
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
  EXPECT_EQ(ReadString(0x1234, memory), std::string(512, 'a').append(kEllipsis));
  EXPECT_EQ(memory.total, 512u);
  FakeMemory shorter;
  shorter.Place(0x1ff0, std::string(16, 'b'));  // unmapped memory follows
  EXPECT_EQ(ReadString(0x1ff0, shorter), std::string(16, 'b').append(kEllipsis));
}

TEST(ReadString, TheLongestIsWhole) {
  FakeMemory memory;
  memory.PlaceString(0x1010, std::string(511, 'a'));
  EXPECT_EQ(ReadString(0x1010, memory), std::string(511, 'a'));
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

}  // namespace
}  // namespace nodeward
