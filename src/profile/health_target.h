// What a health check asks: an address of this machine's own, and over HTTP a path. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "profile/amounts.h"

namespace nodeward {

struct HealthTarget {
  std::string address;     // "127.0.0.1" or "::1": a number of loopback
  std::uint16_t port = 0;  // never 0
  std::string path;        // "/healthz?full=1"; empty: over TCP alone
  // As it stands in a Host field and in messages: "127.0.0.1:3000", "[::1]:3000".
  std::string Authority() const;
};

// "http://127.0.0.1:3000/healthz": plain HTTP, to a number of loopback or localhost, without user
// and fragment. The path is printable ASCII, at most 1 KiB.
Amount<HealthTarget> ParseHttpCheck(std::string_view url);

// "127.0.0.1:3000", "[::1]:3000", "localhost:3000" or "3000".
Amount<HealthTarget> ParseTcpCheck(std::string_view text);

}  // namespace nodeward
