// The half of network_policy.h that speaks to people: why something is refused, the line that would
// allow it, and what `explain` says of each rule.
#include <algorithm>

#include "policy/network_policy.h"
#include "policy/rule_text.h"

namespace nodeward {
namespace {

template <class Rule>
std::vector<std::string> Written(const std::vector<Rule>& rules) {
  std::vector<std::string> entries;
  entries.reserve(rules.size());
  for (const Rule& rule : rules) entries.push_back(rule.written);
  return entries;
}

std::string PortOf(Transport transport, std::uint16_t port) {
  return (transport == Transport::kTcp ? "TCP port " : "UDP port ") + std::to_string(port);
}

std::string SpecialText(const IpAddress& address, AddressClass of) {
  std::string text = ToText(address) + " is " + std::string(Name(of));
  const auto carried = CarriedBy(address);
  if (carried) text += " (it carries " + ToText(*carried) + ")";
  return text + ": never reached unless its own address is listed";
}

template <class Rule>
std::string RuleLine(std::string_view key, const Rule& rule, bool by_default) {
  std::string line = std::string(key) + " " + rule.written;
  if (rule.kind != RuleKind::kUnix) {
    line += ": " + PortText(rule.ports);
    line += !rule.udp ? ", TCP" : !rule.tcp ? ", UDP" : ", TCP and UDP";
  }
  return by_default ? line + " (default)" : line;
}

}  // namespace

std::string NetworkPolicy::ConnectLine(std::string_view added) const {
  return AllowLine("connect", Written(connect_), added);
}

std::string NetworkPolicy::ListenLine(std::string_view added) const {
  return AllowLine("listen", Written(listen_), added);
}

std::string NetworkPolicy::WhyNot(const Endpoint& to, Transport transport,
                                  const std::vector<std::string>& names) const {
  const AddressClass of = ClassOf(to.address);
  if (IsSpecial(of)) return SpecialText(to.address, of);
  if (connect_.empty()) return "the list connect is empty: nothing may be reached";
  const std::string address = ToText(to.address);
  std::string other_port;
  std::string peer = address + " (" + std::string(Name(of)) + ")";
  for (const std::string& text : names) {
    const auto name = ParseHostName(text);
    if (!name) continue;
    peer = *name + " (" + address + ")";
    for (const ConnectRule& rule : connect_) {
      if (rule.kind != RuleKind::kName || !rule.name.Matches(*name)) continue;
      if (!rule.CoversPort(to.port, transport)) {
        other_port = rule.written;
      } else {
        return *name + " answered with " + address + ", " + std::string(Name(of)) +
               ": a name reaches such an address only where a rule lists the address, too "
               "(rebinding)";
      }
    }
  }
  for (const ConnectRule& rule : connect_) {
    if (rule.CoversAddress(to.address)) other_port = rule.written;
  }
  if (other_port.empty()) return "no rule of connect covers " + peer;
  return Quoted(other_port) + " covers " + peer + ", but not " + PortOf(transport, to.port);
}

std::vector<std::string> NetworkPolicy::Lines() const {
  std::vector<std::string> lines;
  for (const ConnectRule& rule : connect_) {
    lines.push_back(RuleLine("connect", rule, default_connect_));
  }
  if (connect_.empty()) lines.emplace_back("connect nothing");
  for (const ListenRule& rule : listen_) {
    lines.push_back(RuleLine("listen", rule, default_listen_));
  }
  if (listen_.empty()) lines.emplace_back("listen nothing");
  lines.emplace_back(
      dns_open_ || PublicRule() != nullptr
          ? "questions to name servers: any name"
          : "questions to name servers: listed names, and those of private networks");
  return lines;
}

}  // namespace nodeward
