// Texts of [network]: ports in them, and the line of a profile that would allow something. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/network_rules.h"

namespace nodeward {

std::string Quoted(std::string_view text);
// Without control characters: safe in an event and on a terminal.
std::string Printable(std::string_view text);

// "443": decimal from 1 to 65535, without sign or leading zero.
std::optional<std::uint16_t> ParsePort(std::string_view text);
std::optional<PortRange> ParsePorts(std::string_view text);  // "443" or "8000-8010"
std::string PortText(const PortRange& ports);  // "port 443", "ports 8000-8010", "any port"

// `[network] connect = ["@loopback", "added"]`. Lists of a profile replace each other, so the line
// names what is there already; a list too long for a line is not repeated. `added` may be empty.
std::string AllowLine(std::string_view key, const std::vector<std::string>& present,
                      std::string_view added);

}  // namespace nodeward
