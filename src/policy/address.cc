#include "policy/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace nodeward {
namespace {

constexpr unsigned kMappedPrefix = 96;  // RFC 4291, 2.5.5.2
// A size of the kernel's: struct sockaddr_in6 without sin6_scope_id (RFC 2133).
constexpr socklen_t kSmallestIn6 = 24;

bool IsMapped(const std::array<std::uint8_t, 16>& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         bytes[10] == 0xff && bytes[11] == 0xff;
}

IpAddress FromV6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  if (IsMapped(bytes)) {
    std::copy_n(bytes.begin() + 12, 4, address.bytes.begin());
  } else {
    address.v6 = true;
    address.bytes = bytes;
  }
  return address;
}

// Decimal without sign, space or leading zero, at most `most`.
std::optional<unsigned> ParsePrefix(std::string_view text, unsigned most) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value > most) return std::nullopt;
  return value;
}

}  // namespace

bool Network::Contains(const IpAddress& other) const {
  return other.v6 == address.v6 && NetworkOf(other, prefix).address == address;
}

std::optional<IpAddress> ParseIp(std::string_view text) {
  // inet_pton(3) takes exactly the forms that are wanted, of what has passed here.
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) {
    return std::nullopt;
  }
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  std::copy(text.begin(), text.end(), buffer.begin());
  std::array<std::uint8_t, 16> bytes{};
  if (text.find(':') != std::string_view::npos) {
    if (::inet_pton(AF_INET6, buffer.data(), bytes.data()) != 1) return std::nullopt;
    return FromV6(bytes);
  }
  if (::inet_pton(AF_INET, buffer.data(), bytes.data()) != 1) return std::nullopt;
  return IpAddress{false, bytes};
}

Network NetworkOf(const IpAddress& address, unsigned prefix) {
  Network network{address, prefix};
  for (unsigned i = 0; i < network.address.bytes.size(); ++i) {
    const unsigned kept = prefix > i * 8 ? std::min(prefix - i * 8, 8u) : 0;
    network.address.bytes[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
  return network;
}

std::optional<Network> ParseNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view before = text.substr(0, slash);
  const auto address = ParseIp(before);
  if (!address) return std::nullopt;
  const unsigned most = address->v6 ? 128 : 32;
  if (slash == std::string_view::npos) return Network{*address, most};
  const bool mapped = !address->v6 && before.find(':') != std::string_view::npos;
  auto prefix = ParsePrefix(text.substr(slash + 1), mapped ? 128 : most);
  if (!prefix || (mapped && *prefix < kMappedPrefix)) return std::nullopt;
  if (mapped) *prefix -= kMappedPrefix;
  const Network network = NetworkOf(*address, *prefix);
  if (network.address != *address) return std::nullopt;
  return network;
}

std::optional<Endpoint> EndpointOf(const sockaddr_storage& address, socklen_t size) {
  if (size > sizeof address) return std::nullopt;
  if (size >= sizeof(sockaddr_in) && address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    Endpoint endpoint{{}, ntohs(in.sin_port)};
    std::memcpy(endpoint.address.bytes.data(), &in.sin_addr, sizeof in.sin_addr);
    return endpoint;
  }
  if (size >= kSmallestIn6 && address.ss_family == AF_INET6) {
    sockaddr_in6 in6{};
    std::memcpy(&in6, &address, kSmallestIn6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
    return Endpoint{FromV6(bytes), ntohs(in6.sin6_port)};
  }
  return std::nullopt;
}

bool IsAny(const IpAddress& address) { return address.bytes == IpAddress{}.bytes; }

IpAddress ConnectedTo(const IpAddress& address) {
  if (!IsAny(address)) return address;
  IpAddress loopback{address.v6, {}};
  if (address.v6) {
    loopback.bytes[15] = 1;
  } else {
    loopback.bytes[0] = 127;
    loopback.bytes[3] = 1;
  }
  return loopback;
}

std::string ToText(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string ToText(const Endpoint& endpoint) {
  const std::string address = ToText(endpoint.address);
  return (endpoint.address.v6 ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port);
}

}  // namespace nodeward
