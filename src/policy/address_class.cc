#include "policy/address_class.h"

#include <algorithm>
#include <span>

namespace nodeward {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Range {
  Bytes bytes;
  unsigned prefix;
  AddressClass of;
  unsigned widest = 0;  // WidestListing
};

constexpr Bytes V4(std::uint8_t a, std::uint8_t b = 0, std::uint8_t c = 0, std::uint8_t d = 0) {
  return {a, b, c, d};
}

// The first two or three groups, and the last two.
constexpr Bytes V6(unsigned a, unsigned b = 0, unsigned c = 0, unsigned y = 0, unsigned z = 0) {
  Bytes bytes{};
  const auto put = [&](unsigned group, unsigned value) {
    bytes[group * 2] = static_cast<std::uint8_t>(value >> 8);
    bytes[group * 2 + 1] = static_cast<std::uint8_t>(value);
  };
  put(0, a);
  put(1, b);
  put(2, c);
  put(6, y);
  put(7, z);
  return bytes;
}

using enum AddressClass;

// IANA's registry of special-purpose IPv4 addresses, and the metadata services of the clouds.
constexpr Range kRanges4[] = {
    {V4(0), 32, kLoopback},
    {V4(0), 8, kReserved},
    {V4(10), 8, kPrivate},
    {V4(100, 100, 100, 200), 32, kMetadata, 24},  // Alibaba
    {V4(100, 64), 10, kReserved},                 // shared with the carrier: RFC 6598
    {V4(127), 8, kLoopback},
    {V4(168, 63, 129, 16), 32, kMetadata, 24},    // Azure's host
    {V4(169, 254, 169, 254), 32, kMetadata, 16},  // nearly all
    {V4(169, 254, 170, 2), 32, kMetadata, 16},    // AWS, containers
    {V4(169, 254, 170, 23), 32, kMetadata, 16},   // AWS, pods
    {V4(169, 254), 16, kLinkLocal, 16},
    {V4(172, 16), 12, kPrivate},
    {V4(192, 0, 0, 192), 32, kMetadata, 24},  // Oracle, older
    {V4(192), 24, kReserved},
    {V4(192, 0, 2), 24, kReserved},
    {V4(192, 88, 99), 24, kReserved},
    {V4(192, 168), 16, kPrivate},
    {V4(198, 18), 15, kReserved},
    {V4(198, 51, 100), 24, kReserved},
    {V4(203, 0, 113), 24, kReserved},
    {V4(224), 4, kMulticast, 4},
    {V4(255, 255, 255, 255), 32, kBroadcast, 32},
    {V4(240), 4, kReserved},
    {V4(0), 0, kPublic},
};

// IANA's registry of special-purpose IPv6 addresses; global unicast is 2000::/3 (RFC 4291).
constexpr Range kRanges6[] = {
    {V6(0), 128, kLoopback},
    {V6(0, 0, 0, 0, 1), 128, kLoopback},
    {V6(0xfd00, 0xec2, 0, 0, 0x254), 128, kMetadata, 32},       // AWS
    {V6(0xfd00, 0xec2, 0, 0, 0x23), 128, kMetadata, 32},        // AWS, pods
    {V6(0xfd20, 0xce, 0, 0, 0x254), 128, kMetadata, 32},        // Google
    {V6(0xfd00, 0x42, 0, 0, 0x42), 128, kMetadata, 32},         // Scaleway
    {V6(0xfd00, 0xc1, 0, 0xa9fe, 0xa9fe), 128, kMetadata, 32},  // Oracle
    {V6(0xfc00), 7, kPrivate},
    {V6(0xfe80), 10, kLinkLocal, 10},
    {V6(0xff00), 8, kMulticast, 8},
    {V6(0x2001), 23, kReserved},
    {V6(0x2001, 0xdb8), 32, kReserved},
    {V6(0x3fff), 20, kReserved},
    {V6(0x2000), 3, kPublic},
    {V6(0), 0, kReserved},
};

const Range& RangeOf(const IpAddress& address) {
  const std::span<const Range> ranges =
      address.v6 ? std::span<const Range>(kRanges6) : std::span<const Range>(kRanges4);
  // The last row holds everything.
  return *std::ranges::find_if(ranges, [&](const Range& range) {
    return Network{{address.v6, range.bytes}, range.prefix}.Contains(address);
  });
}

bool Within(const IpAddress& address, const Bytes& bytes, unsigned prefix) {
  return Network{{true, bytes}, prefix}.Contains(address);
}

// Networks whose addresses are as public as the IPv4 address that they carry.
bool IsTranslated(const IpAddress& address) {
  return Within(address, V6(0x64, 0xff9b), 96) || Within(address, V6(0x2002), 16);
}

bool IsSitAutomatic(const IpAddress& address) {  // ISATAP, RFC 5214: ...:[02]00:5efe:a.b.c.d
  return (address.bytes[8] & 0xfd) == 0 && address.bytes[9] == 0 && address.bytes[10] == 0x5e &&
         address.bytes[11] == 0xfe;
}

}  // namespace

std::optional<IpAddress> CarriedBy(const IpAddress& address) {
  if (!address.v6 || RangeOf(address).prefix == 128) return std::nullopt;
  IpAddress carried;
  const auto take = [&](std::size_t from, std::uint8_t mask) {
    for (std::size_t i = 0; i < 4; ++i) {
      carried.bytes[i] = static_cast<std::uint8_t>(address.bytes[from + i] ^ mask);
    }
    return carried;
  };
  Bytes translated{};  // ::ffff:0:a.b.c.d, RFC 2765
  translated[8] = translated[9] = 0xff;
  if (Within(address, V6(0x2002), 16)) return take(2, 0);
  if (Within(address, V6(0x2001), 32)) return take(12, 0xff);  // Teredo, RFC 4380
  if (Within(address, V6(0x64, 0xff9b), 96) || Within(address, V6(0), 96) ||
      Within(address, translated, 96) || IsSitAutomatic(address)) {
    return take(12, 0);
  }
  return std::nullopt;
}

AddressClass ClassOf(const IpAddress& address) {
  const AddressClass own = RangeOf(address).of;
  const auto carried = CarriedBy(address);
  if (!carried || IsSpecial(own)) return own;
  const AddressClass inner = RangeOf(*carried).of;
  if (IsSpecial(inner)) return inner;
  if (IsTranslated(address)) return inner == kPublic ? kPublic : kReserved;
  // A tunnel's far end on this host or in a private network is nothing that a class promised.
  return inner == kPublic ? own : kReserved;
}

std::string_view Name(AddressClass of) {
  switch (of) {
    case kPublic:
      return "a public address";
    case kPrivate:
      return "a private address";
    case kLoopback:
      return "a loopback address";
    case kMetadata:
      return "a metadata service";
    case kLinkLocal:
      return "a link-local address";
    case kMulticast:
      return "a multicast address";
    case kBroadcast:
      return "the broadcast address";
    case kReserved:
      return "a reserved address";
  }
  return "an address";
}

bool IsSpecial(AddressClass of) {
  return of == kMetadata || of == kLinkLocal || of == kMulticast || of == kBroadcast;
}

unsigned WidestListing(const IpAddress& address) {
  const Range& range = RangeOf(address);
  if (IsSpecial(range.of)) return range.widest;
  return IsSpecial(ClassOf(address)) ? 128 : 0;
}

}  // namespace nodeward
