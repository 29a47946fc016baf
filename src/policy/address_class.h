// What kind of peer an address is: one table, first match wins. Pure.
//
// An IPv6 address that carries an IPv4 one (NAT64, 6to4, IPv4-compatible, translated, Teredo,
// ISATAP) is judged by that one, too: a gateway may deliver to it. What cannot be seen are NAT64
// prefixes that a network chose for itself.
#pragma once

#include <optional>
#include <string_view>

#include "policy/address.h"

namespace nodeward {

enum class AddressClass {
  kPublic,  // global unicast
  kPrivate,
  kLoopback,  // this host: 0.0.0.0 and :: as well, which connect to it
  kMetadata,  // credentials of the machine, by the cloud's documentation
  kLinkLocal,
  kMulticast,
  kBroadcast,
  kReserved,  // carrier-grade NAT, documentation, benchmarks, not assigned
};

AddressClass ClassOf(const IpAddress& address);
std::string_view Name(AddressClass of);  // "a private address"

// Metadata, link-local, multicast, broadcast: no class and no name reaches these.
bool IsSpecial(AddressClass of);

// The widest network that counts as listing this address, as a prefix. 0, unless its class is
// special: "0.0.0.0/0" was written with the internet in mind, not with a metadata service.
unsigned WidestListing(const IpAddress& address);

// The IPv4 address that an IPv6 one carries.
std::optional<IpAddress> CarriedBy(const IpAddress& address);

}  // namespace nodeward
