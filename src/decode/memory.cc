// Strings and socket addresses in the caller's memory: all of it hostile.
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "decode/format.h"
#include "decode/values.h"

namespace nodeward {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
constexpr std::uint64_t kPage = 4096;  // the smallest there is: a read never crosses one in vain
// ip(7), ipv6(7): the shortest lengths that the kernel takes; the scope may be missing.
constexpr std::size_t kShortestInet = 16;
constexpr std::size_t kShortestInet6 = 24;

using Bytes = std::span<const char>;

// A copy of the caller's bytes as the structure, zero where they ended early.
template <class Address>
Address As(Bytes bytes) {
  Address address = {};
  std::memcpy(&address, bytes.data(), std::min(bytes.size(), sizeof(address)));
  return address;
}

std::string CutShort(int family) {
  return FormatNamed(kAddressFamilies, static_cast<unsigned>(family)) + " (cut short)";
}

std::string FormatInet(Bytes bytes) {
  if (bytes.size() < kShortestInet) return CutShort(AF_INET);
  const auto address = As<sockaddr_in>(bytes);
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text));
  return std::string(text) + ":" + std::to_string(ntohs(address.sin_port));
}

std::string FormatInet6(Bytes bytes) {
  if (bytes.size() < kShortestInet6) return CutShort(AF_INET6);
  const auto address = As<sockaddr_in6>(bytes);
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof(text));
  std::string result = std::string("[") + text;
  if (address.sin6_scope_id != 0) result += "%" + std::to_string(address.sin6_scope_id);
  return result + "]:" + std::to_string(ntohs(address.sin6_port));
}

// unix(7). An abstract name has a length and may hold NUL, which no later reader should stumble on.
std::string FormatUnix(Bytes bytes) {
  const Bytes path = bytes.subspan(offsetof(sockaddr_un, sun_path));
  if (path.empty()) return "AF_UNIX (unnamed)";
  if (path[0] != '\0') {
    const std::string name(path.begin(), std::find(path.begin(), path.end(), '\0'));
    return name[0] == '@' ? "./" + name : name;
  }
  std::string name = "@";
  for (const char c : path.subspan(1)) {
    if (c == '\0') {
      name += "\\0";
    } else if (c == '\\') {
      name += "\\\\";
    } else {
      name += c;
    }
  }
  return name;
}

std::string FormatNetlink(Bytes bytes) {
  if (bytes.size() < sizeof(sockaddr_nl)) return CutShort(AF_NETLINK);
  const auto address = As<sockaddr_nl>(bytes);
  return "AF_NETLINK pid " + std::to_string(address.nl_pid) + " groups " +
         FormatHex(address.nl_groups);
}

std::string FormatSocketAddress(Bytes bytes) {
  const int family = As<sa_family_t>(bytes);
  switch (family) {
    case AF_INET:
      return FormatInet(bytes);
    case AF_INET6:
      return FormatInet6(bytes);
    case AF_UNIX:
      return FormatUnix(bytes);
    case AF_NETLINK:
      return FormatNetlink(bytes);
    default:
      return FormatNamed(kAddressFamilies, static_cast<unsigned>(family));
  }
}

std::string Unreadable(std::uint64_t address) { return FormatHex(address) + " (unreadable)"; }

}  // namespace

std::string ReadString(std::uint64_t address, CallerMemory& memory) {
  if (address == 0) return "NULL";
  char buffer[kLongestString];
  std::size_t have = 0;
  while (have < sizeof(buffer)) {
    const std::uint64_t at = address + have;
    if (at < address) break;  // the string would wrap around the end of the address space
    const std::size_t want = std::min<std::uint64_t>(sizeof(buffer) - have, kPage - at % kPage);
    const std::size_t got = std::min(memory.Read(at, buffer + have, want), want);
    if (const void* end = std::memchr(buffer + have, '\0', got); end != nullptr) {
      return std::string(buffer, static_cast<std::size_t>(static_cast<const char*>(end) - buffer));
    }
    have += got;
    if (got < want) break;
  }
  if (have == 0) return Unreadable(address);
  return std::string(buffer, have).append(kEllipsis);
}

std::string ReadSocketAddress(std::uint64_t address, std::uint64_t length, CallerMemory& memory) {
  if (address == 0) return "NULL";
  char buffer[sizeof(sockaddr_storage)];  // 128 bytes: longer ones are EINVAL
  const int claimed = static_cast<int>(static_cast<std::uint32_t>(length));
  if (claimed < static_cast<int>(sizeof(sa_family_t)) ||
      claimed > static_cast<int>(sizeof(buffer))) {
    return FormatHex(address) + " (length " + std::to_string(claimed) + ")";
  }
  const auto size = static_cast<std::size_t>(claimed);
  if (memory.Read(address, buffer, size) < size) return Unreadable(address);
  return FormatSocketAddress(Bytes(buffer, size));
}

}  // namespace nodeward
