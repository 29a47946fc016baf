#include "policy/network_rules.h"

#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "policy/rule_text.h"

namespace nodeward {
namespace {

constexpr std::size_t kLongestEntry = 4096;

// An entry cut into its parts. `host` is what stands before the port, brackets removed.
struct Cut {
  std::string_view host;
  std::optional<std::string_view> ports;
  bool bracketed = false;
};

Result<Cut> CutPort(std::string_view text, std::string_view entry) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return Fail(Quoted(entry) + " has no ]", {}, "[::1]:443");
    const std::string_view after = text.substr(close + 1);
    if (!after.empty() && !after.starts_with(':')) {
      return Fail(Quoted(entry) + ": after ] comes a port, and the prefix stands within", {},
                  "[fd00:1::/64]:443");
    }
    Cut cut{text.substr(1, close - 1), {}, true};
    if (!after.empty()) cut.ports = after.substr(1);
    return cut;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return Cut{text, {}, false};
  // Several colons are IPv6, whole: its port stands behind brackets.
  if (text.find(':', colon + 1) != std::string_view::npos) return Cut{text, {}, false};
  return Cut{text.substr(0, colon), text.substr(colon + 1), false};
}

Result<PortRange> PortsOf(const Cut& cut, std::string_view entry) {
  if (!cut.ports || *cut.ports == "*") return PortRange{};
  const auto ports = ParsePorts(*cut.ports);
  if (ports) return *ports;
  return Fail(Quoted(entry) + ": " + Quoted(*cut.ports) + " is no port, LOW-HIGH or *", {},
              Printable(cut.bracketed ? "[" + std::string(cut.host) + "]:443"
                                      : std::string(cut.host) + ":443"));
}

struct NamedClass {
  std::string_view name;
  AddressClass of;
};
constexpr std::array<NamedClass, 3> kClasses = {{{"@loopback", AddressClass::kLoopback},
                                                 {"@private", AddressClass::kPrivate},
                                                 {"@public", AddressClass::kPublic}}};

Result<void> ReadClass(std::string_view host, ConnectRule& rule) {
  for (const NamedClass& known : kClasses) {
    if (known.name != host) continue;
    rule.kind = RuleKind::kClass;
    rule.of = known.of;
    return {};
  }
  constexpr std::array<std::string_view, 3> kNames = {"@loopback", "@private", "@public"};
  const std::string_view near = Nearest(host, kNames);
  return Fail(Quoted(host) + " is none of @loopback, @private and @public", {},
              std::string(near.empty() ? "@loopback" : near));
}

// What stands where an address with a '/' does not parse: the network that may be meant.
std::string NetworkHint(std::string_view host) {
  const std::size_t slash = host.find('/');
  const auto address = ParseIp(host.substr(0, slash));
  if (!address) return "10.0.0.0/8:443";
  for (unsigned prefix = address->v6 ? 128 : 32; prefix > 0; --prefix) {
    if (std::to_string(prefix) != host.substr(slash + 1)) continue;
    return ToText(NetworkOf(*address, prefix).address) + "/" + std::to_string(prefix);
  }
  return ToText(*address);
}

Result<void> ReadNetwork(const Cut& cut, std::string_view entry, ConnectRule& rule) {
  const auto network = ParseNetwork(cut.host);
  if (!network || (cut.bracketed && cut.host.find(':') == std::string_view::npos)) {
    return Fail(Quoted(entry) + " is no network, or has bits beyond its prefix", {},
                NetworkHint(cut.host));
  }
  const bool whole = network->prefix == (network->address.v6 ? 128 : 32);
  if (whole && IsAny(network->address)) {
    return Fail(Quoted(entry) + ": a connection to it reaches this host", {}, "@loopback");
  }
  // "::1:443" is an address; whoever writes it means another one.
  if (whole && network->address.v6 && !cut.bracketed && CarriedBy(network->address) &&
      ClassOf(network->address) != AddressClass::kPublic) {
    return Fail(Quoted(entry) + " is an address without a port: brackets tell them apart", {},
                "[::1]:443");
  }
  rule.kind = RuleKind::kNetwork;
  rule.network = *network;
  return {};
}

Result<void> ReadName(std::string_view host, std::string_view ports, ConnectRule& rule) {
  if (host == "*") {
    return Fail("\"*\" would be every name", {},
                ports.empty() ? "@public" : "@public:" + Printable(ports));
  }
  auto name = ParseHostPattern(host);
  if (!name) return Fail(std::move(name.error()));
  rule.kind = RuleKind::kName;
  rule.name = std::move(*name);
  return {};
}

Result<void> ReadPeer(std::string_view text, std::string_view entry, ConnectRule& rule) {
  const std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    const std::string_view rest = text.substr(scheme + 3);
    return Fail(Quoted(entry) + " is a URL: a rule has a host and a port", {},
                Printable(std::string(rest.substr(0, rest.find_first_of("/:?#"))) + ":443"));
  }
  const auto cut = CutPort(text, entry);
  if (!cut) return Fail(cut.error());
  const auto ports = PortsOf(*cut, entry);
  if (!ports) return Fail(ports.error());
  rule.ports = *ports;
  if (cut->host.starts_with('@') && !cut->bracketed) return ReadClass(cut->host, rule);
  if (cut->bracketed || cut->host.find_first_of("/:") != std::string_view::npos ||
      ParseIp(cut->host)) {
    return ReadNetwork(*cut, entry, rule);
  }
  return ReadName(cut->host, cut->ports.value_or(""), rule);
}

// Takes "tcp:" or "udp:" off.
std::string_view TakeTransport(std::string_view text, bool& tcp, bool& udp) {
  const bool only_tcp = text.starts_with("tcp:");
  if (!only_tcp && !text.starts_with("udp:")) return text;
  tcp = only_tcp;
  udp = !only_tcp;
  return text.substr(4);
}

Result<UnixRule> ReadSocket(std::string_view entry) {
  const std::string_view path = entry.substr(5);
  const std::string example = "unix:/run/app.sock";
  if (path.starts_with('@') && path.size() > 1 && path.size() <= 108) {
    return UnixRule{std::string(path), false};
  }
  if (!IsPlainSocket(path)) {
    return Fail(Quoted(entry) + " is neither an absolute path nor an abstract name", {}, example);
  }
  const std::size_t star = path.find('*');
  if (star == std::string_view::npos) return UnixRule{std::string(path), false};
  if (star + 1 != path.size() || path[star - 1] != '/') {
    return Fail(Quoted(entry) + " has a * that is not its whole last part", {},
                Printable("unix:" + std::string(path.substr(0, path.rfind('/', star) + 1)) + "*"));
  }
  return UnixRule{std::string(path.substr(0, star)), true};
}

Result<void> CheckText(std::string_view entry, const std::string& example) {
  if (entry.empty()) return Fail("an entry must not be empty: leave it out", {}, example);
  if (entry.size() > kLongestEntry) return Fail("an entry has at most 4096 bytes", {}, example);
  if (Printable(entry) != entry || !IsUtf8(entry)) {
    return Fail(Quoted(entry) + " has a control character, or is not UTF-8", {}, example);
  }
  return {};
}

// "3000", "8000-8010", "127.0.0.1:3000", "[::1]:3000".
Result<void> ReadListen(std::string_view text, std::string_view entry, ListenRule& rule) {
  const auto ports = ParsePorts(text);
  if (ports) {
    rule.ports = *ports;
    return {};
  }
  const auto cut = CutPort(text, entry);
  if (!cut) return Fail(cut.error());
  const auto address = ParseIp(cut->host);
  const auto after = cut->ports ? ParsePorts(*cut->ports) : std::nullopt;
  if (!address || !after || cut->bracketed != address->v6) {
    const bool split = address && (cut->bracketed || !address->v6);
    const std::string hint = split ? ToText(Endpoint{*address, 3000}) : "127.0.0.1:3000";
    return Fail(Quoted(entry) + " is no PORT, LOW-HIGH or ADDRESS:PORT (ports from 1 to 65535)", {},
                hint);
  }
  rule.any_address = false;
  rule.address = *address;
  rule.ports = *after;
  return {};
}

}  // namespace

bool IsPlainSocket(std::string_view socket) {
  if (!socket.starts_with('/') || socket.ends_with('/')) return false;
  if (!IsUtf8(socket) || Printable(socket) != socket) return false;
  const std::string closed = std::string(socket) + "/";
  return closed.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

bool CanBeListed(std::string_view socket) {
  const auto rule = ParseConnectRule("unix:" + std::string(socket));
  return rule && !rule->socket.folder && rule->socket.path == socket;
}

bool UnixRule::Covers(std::string_view socket) const {
  if (!folder) return socket == path;
  // A path that goes up is none that the kernel resolved.
  const std::string closed = std::string(socket) + "/";
  return socket.size() > path.size() && socket.starts_with(path) &&
         closed.find("/../") == std::string::npos;
}

bool ConnectRule::CoversAddress(const IpAddress& address) const {
  if (kind == RuleKind::kClass) return ClassOf(address) == of;
  return kind == RuleKind::kNetwork && network.Contains(address) &&
         network.prefix >= WidestListing(address);
}

bool ConnectRule::CoversPort(std::uint16_t port, Transport transport) const {
  if (transport == Transport::kUdp && port == 0) return true;
  return (transport == Transport::kTcp ? tcp : udp) && ports.Holds(port);
}

bool ListenRule::Covers(const Endpoint& at, Transport transport) const {
  if (kind == RuleKind::kUnix || at.port == 0) return false;
  if (!(transport == Transport::kTcp ? tcp : udp) || !ports.Holds(at.port)) return false;
  if (any_address || at.address == address) return true;
  return IsAny(address) && (address.v6 || !at.address.v6);
}

Result<ConnectRule> ParseConnectRule(std::string_view entry) {
  const auto plain = CheckText(entry, "@loopback");
  if (!plain) return Fail(plain.error());
  ConnectRule rule;
  rule.written = entry;
  if (entry.starts_with("unix:")) {
    auto socket = ReadSocket(entry);
    if (!socket) return Fail(std::move(socket.error()));
    rule.kind = RuleKind::kUnix;
    rule.socket = std::move(*socket);
    return rule;
  }
  const auto read = ReadPeer(TakeTransport(entry, rule.tcp, rule.udp), entry, rule);
  if (!read) return Fail(read.error());
  return rule;
}

Result<ListenRule> ParseListenRule(std::string_view entry) {
  const auto plain = CheckText(entry, "3000");
  if (!plain) return Fail(plain.error());
  ListenRule rule;
  rule.written = entry;
  if (entry.starts_with("unix:")) {
    auto socket = ReadSocket(entry);
    if (!socket) return Fail(std::move(socket.error()));
    rule.kind = RuleKind::kUnix;
    rule.socket = std::move(*socket);
    return rule;
  }
  const auto read = ReadListen(TakeTransport(entry, rule.tcp, rule.udp), entry, rule);
  if (!read) return Fail(read.error());
  return rule;
}

}  // namespace nodeward
