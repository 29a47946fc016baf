// One entry each of [network] connect and listen: its parser, and what it covers. Pure.
//
//   connect  @loopback @private @public     each with ":PORT" where wanted
//            ADDRESS NETWORK HOST *.DOMAIN  with ":PORT", ":LOW-HIGH", ":*"; IPv6 in brackets then
//            unix:/path unix:/folder/* unix:@abstract
//   listen   PORT LOW-HIGH ADDRESS:PORT unix:/path unix:@abstract
//
// "tcp:" and "udp:" before an entry restrict it. Without, a peer is allowed for both, and a port to
// listen on for TCP.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/address.h"
#include "policy/address_class.h"
#include "policy/host_name.h"

namespace nodeward {

enum class Transport { kTcp, kUdp };

struct PortRange {
  std::uint16_t low = 0;
  std::uint16_t high = 65535;
  bool Holds(std::uint16_t port) const { return low <= port && port <= high; }
  bool All() const { return low == 0 && high == 65535; }
};

// A socket's path as the kernel resolved it, or an abstract name with its NUL written as '@'.
struct UnixRule {
  std::string path;     // of a folder: with its last '/'
  bool folder = false;  // all that lies beneath
  bool Covers(std::string_view socket) const;
};

enum class RuleKind { kClass, kNetwork, kName, kUnix };

struct ConnectRule {
  RuleKind kind = RuleKind::kClass;
  AddressClass of = AddressClass::kLoopback;  // kClass: loopback, private or public
  Network network;                            // kNetwork
  HostPattern name;                           // kName
  UnixRule socket;                            // kUnix
  PortRange ports;
  bool tcp = true;
  bool udp = true;
  std::string written;

  // kClass and kNetwork: whether the address is listed, at any port. `address` as ConnectedTo
  // gives it.
  bool CoversAddress(const IpAddress& address) const;
  // A datagram socket connected to port 0 asks the kernel for a route and sends nothing: glibc
  // sorts the addresses of a name so. Every port and transport covers that.
  bool CoversPort(std::uint16_t port, Transport transport) const;
};

struct ListenRule {
  RuleKind kind = RuleKind::kNetwork;  // or kUnix
  bool any_address = true;
  IpAddress address;  // 0.0.0.0: every IPv4 address; "::": every address, as such a socket has
  UnixRule socket;
  PortRange ports;
  bool tcp = true;
  bool udp = false;
  std::string written;

  bool Covers(const Endpoint& at, Transport transport) const;
};

// Errors have what is wrong, and an entry that would work as their hint; no place.
Result<ConnectRule> ParseConnectRule(std::string_view entry);
Result<ListenRule> ParseListenRule(std::string_view entry);

// Whether a socket's path can be written in a rule: absolute, resolved, plain text.
bool IsPlainSocket(std::string_view socket);
// Whether an entry "unix:SOCKET" would mean this socket alone.
bool CanBeListed(std::string_view socket);

}  // namespace nodeward
