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
};

// Dotted decimal without leading zeros, or RFC 4291 text; nothing else.
std::optional<IpAddress> ParseIp(std::string_view text);
// "10.0.0.0/8"; a bare address is a network of its own. Host bits beyond the prefix are an error.
std::optional<Network> ParseNetwork(std::string_view text);

// The kernel's form. Empty when `size` is too small for the family, or the family is not IP.
std::optional<Endpoint> EndpointOf(const sockaddr_storage& address, socklen_t size);

std::string ToText(const IpAddress& address);
std::string ToText(const Endpoint& endpoint);  // "10.0.0.1:5432", "[::1]:80"

}  // namespace nodeward
