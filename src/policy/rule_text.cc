#include "policy/rule_text.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr std::size_t kMostShown = 50;  // entries; an event is one line

// A number as it is, anything else as a TOML string. Entries have no control characters.
std::string Entry(std::string_view text) {
  if (ParsePort(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string Quoted(std::string_view text) { return "\"" + Printable(text) + "\""; }

std::string Printable(std::string_view text) { return EscapeForTerminal(text); }

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  if (text.empty() || text.size() > 5 || text[0] == '0') return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

std::optional<PortRange> ParsePorts(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto low = ParsePort(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : ParsePort(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return PortRange{*low, *high};
}

std::string PortText(const PortRange& ports) {
  if (ports.All()) return "any port";
  if (ports.low == ports.high) return "port " + std::to_string(ports.low);
  return "ports " + std::to_string(ports.low) + "-" + std::to_string(ports.high);
}

std::string AllowLine(std::string_view key, const std::vector<std::string>& present,
                      std::string_view added) {
  const std::string section = "[network] " + std::string(key);
  if (present.size() > kMostShown) return section + ": add " + Entry(added) + " to its list";
  std::string line = section + " = [";
  for (const std::string& entry : present) line += Entry(entry) + ", ";
  if (!added.empty()) return line + Entry(added) + "]";
  if (line.ends_with(", ")) line.resize(line.size() - 2);
  return line + "]";
}

}  // namespace nodeward
