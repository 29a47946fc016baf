// IP addresses, endpoints and networks as values, and their one parser. Pure; strict: what one
// reader could take for another address (octal, hexadecimal, short forms, a zone, a NUL) is no
// address here.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nodeward {

// An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is the IPv4 address: the kernel connects to that.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // network order; IPv4 in the first four
  auto operator<=>(const IpAddress&) const = default;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;  // host order
  auto operator<=>(const Endpoint&) const = default;
};

struct Network {
  IpAddress address;
  unsigned prefix = 0;  // bits
  bool Contains(const IpAddress& other) const;
  auto operator<=>(const Network&) const = default;
};

// Dotted decimal without leading zeros, or RFC 4291 text; nothing else.
std::optional<IpAddress> ParseIp(std::string_view text);
// "10.0.0.0/8"; a bare address is a network of its own. Host bits beyond the prefix are an error.
// A prefix of an IPv4-mapped network counts from its 128 bits: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
std::optional<Network> ParseNetwork(std::string_view text);
// `address` with the bits beyond `prefix` cleared. `prefix` is at most 32 or 128.
Network NetworkOf(const IpAddress& address, unsigned prefix);

// The kernel's form. Empty when `size` is too small for the family (ipv6(7): the scope may be
// absent), larger than any address, or the family is not IP. AF_UNSPEC gives empty, although
// udp_sendmsg() reads it as AF_INET: a caller refuses what is empty, and never lets it pass.
std::optional<Endpoint> EndpointOf(const sockaddr_storage& address, socklen_t size);

bool IsAny(const IpAddress& address);  // 0.0.0.0 or ::
// Where a connect to `address` ends: the loopback address instead of 0.0.0.0 and ::, itself
// otherwise. tcp_v4_connect(), tcp_v6_connect(): INADDR_ANY means this host. Who performs a connect
// passes this one to the kernel, which would else take the address that the socket is bound to.
IpAddress ConnectedTo(const IpAddress& address);

std::string ToText(const IpAddress& address);
std::string ToText(const Endpoint& endpoint);  // "10.0.0.1:5432", "[::1]:80"

}  // namespace nodeward
