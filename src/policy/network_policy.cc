#include "policy/network_policy.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "policy/rule_text.h"

namespace nodeward {
namespace {

constexpr std::string_view kDefaultConnect[] = {"@loopback", "@private"};
constexpr std::string_view kDefaultListen[] = {"1024-65535", "udp:1024-65535"};

template <class Rule>
using Parse = Result<Rule> (*)(std::string_view);

// The rules of a list of the profile. An empty list has none.
template <class Rule>
Result<std::vector<Rule>> ReadList(std::string_view key, const std::vector<Text>& list,
                                   Parse<Rule> parse) {
  std::vector<Rule> rules;
  for (const Text& entry : list) {
    auto rule = parse(entry.value);
    if (!rule) {
      const std::string& hint = rule.error().hint;
      std::string line = hint.empty() ? std::string() : AllowLine(key, {}, hint);
      return Fail("network." + std::string(key) + ": " + rule.error().what, entry.where.Text(),
                  std::move(line));
    }
    rules.push_back(std::move(*rule));
  }
  return rules;
}

// Texts of this program's own: they parse.
template <class Rule>
std::vector<Rule> Defaults(std::span<const std::string_view> entries, Parse<Rule> parse) {
  std::vector<Rule> rules;
  for (const std::string_view entry : entries) {
    if (auto rule = parse(entry)) rules.push_back(std::move(*rule));
  }
  return rules;
}

bool AllowsAnswer(std::string_view name, AddressClass of) {
  if (of == AddressClass::kPublic) return true;
  return IsPrivateName(name) && (of == AddressClass::kPrivate || of == AddressClass::kLoopback);
}

Verdict Refused(std::string why, std::string hint) {
  return {false, {}, std::move(why), std::move(hint)};
}

}  // namespace

Result<NetworkPolicy> NetworkPolicy::Compile(const NetworkSection& section, std::string_view port) {
  NetworkPolicy policy;
  policy.default_connect_ = !section.connect.has_value();
  policy.default_listen_ = !section.listen.has_value();
  if (section.connect) {
    auto rules = ReadList<ConnectRule>("connect", *section.connect, ParseConnectRule);
    if (!rules) return Fail(std::move(rules.error()));
    policy.connect_ = std::move(*rules);
  } else {
    policy.connect_ = Defaults<ConnectRule>(kDefaultConnect, ParseConnectRule);
  }
  if (section.listen) {
    auto rules = ReadList<ListenRule>("listen", *section.listen, ParseListenRule);
    if (!rules) return Fail(std::move(rules.error()));
    policy.listen_ = std::move(*rules);
  } else if (ParsePort(port)) {
    policy.listen_ = Defaults<ListenRule>({&port, 1}, ParseListenRule);
  } else {
    policy.listen_ = Defaults<ListenRule>(kDefaultListen, ParseListenRule);
  }
  if (section.dns && section.dns->value != "open") {
    return Fail("network.dns: " + Quoted(section.dns->value) + " is not \"open\"",
                section.dns->where.Text(), "[network] dns = \"open\"");
  }
  policy.dns_open_ = section.dns.has_value();
  return policy;
}

Verdict NetworkPolicy::Allowed(const std::string& written, bool by_default) const {
  return {true, by_default ? "default" : written, {}, {}};
}

Verdict NetworkPolicy::Connect(const Endpoint& to, Transport transport,
                               const KnownNames& names) const {
  const Endpoint peer{ConnectedTo(to.address), to.port};
  bool has_names = false;
  for (const ConnectRule& rule : connect_) {
    has_names = has_names || rule.kind == RuleKind::kName;
    if (rule.CoversPort(peer.port, transport) && rule.CoversAddress(peer.address)) {
      return Allowed(rule.written, default_connect_);
    }
  }
  const std::vector<std::string> known = names.NamesOf(peer.address);
  const AddressClass of = ClassOf(peer.address);
  for (const ConnectRule& rule : connect_) {
    if (!has_names) break;
    if (rule.kind != RuleKind::kName || !rule.CoversPort(peer.port, transport)) continue;
    for (const std::string& text : known) {
      const auto name = ParseHostName(text);
      if (name && rule.name.Matches(*name) && AllowsAnswer(*name, of)) {
        return Allowed(rule.written, false);
      }
    }
  }
  return RefuseConnect(peer, transport, known);
}

Verdict NetworkPolicy::RefuseConnect(const Endpoint& to, Transport transport,
                                     const std::vector<std::string>& names) const {
  Verdict refused = Refused(WhyNot(to, transport, names), {});
  if (to.port == 0) return refused;
  std::string entry = ToText(to);
  const AddressClass of = ClassOf(to.address);
  for (const std::string& text : names) {
    const auto name = ParseHostName(text);
    if (!name || !AllowsAnswer(*name, of)) continue;
    entry = *name + ":" + std::to_string(to.port);
    break;
  }
  refused.hint = ConnectLine((transport == Transport::kUdp ? "udp:" : "") + entry);
  return refused;
}

Verdict NetworkPolicy::Bind(const Endpoint& at, Transport transport) const {
  const AddressClass of = ClassOf(at.address);
  if (of == AddressClass::kMulticast || of == AddressClass::kBroadcast) {
    return Refused(
        ToText(at.address) + " is " + std::string(Name(of)) + ": nothing is bound to one", {});
  }
  if (at.port == 0) return Allowed("port 0", default_listen_);
  for (const ListenRule& rule : listen_) {
    if (rule.Covers(at, transport)) return Allowed(rule.written, default_listen_);
  }
  return RefuseBind(at, transport);
}

Verdict NetworkPolicy::Listen(const Endpoint& at) const {
  if (at.port == 0)
    return Refused("the kernel would choose a port: listen wants a bind before", {});
  return Bind(at, Transport::kTcp);
}

Verdict NetworkPolicy::RefuseBind(const Endpoint& at, Transport transport) const {
  const std::string_view protocol = transport == Transport::kTcp ? "TCP" : "UDP";
  const std::string why = listen_.empty()
                              ? "the list listen is empty: nothing may be bound"
                              : "no rule of listen covers " + std::string(protocol) + " port " +
                                    std::to_string(at.port) + " of " + ToText(at.address);
  const std::string entry = IsAny(at.address) ? std::to_string(at.port) : ToText(at);
  return Refused(why, ListenLine((transport == Transport::kUdp ? "udp:" : "") + entry));
}

Verdict NetworkPolicy::ConnectUnix(std::string_view path) const {
  if (!own_socket_.empty() && path == own_socket_) return {true, "NOTIFY_SOCKET", {}, {}};
  for (const ConnectRule& rule : connect_) {
    if (rule.kind == RuleKind::kUnix && rule.socket.Covers(path)) {
      return Allowed(rule.written, default_connect_);
    }
  }
  const bool plain = CanBeListed(path);
  return Refused("no rule of connect covers the socket " + Quoted(path),
                 plain ? ConnectLine("unix:" + std::string(path)) : std::string());
}

Verdict NetworkPolicy::BindUnix(std::string_view path) const {
  for (const ListenRule& rule : listen_) {
    if (rule.kind == RuleKind::kUnix && rule.socket.Covers(path)) {
      return Allowed(rule.written, default_listen_);
    }
  }
  // Without a list the folder decides: a socket is a file that [filesystem] write allows or not.
  if (default_listen_ && !path.starts_with('@')) return Allowed({}, true);
  const bool plain = CanBeListed(path);
  return Refused("no rule of listen covers the socket " + Quoted(path),
                 plain ? ListenLine("unix:" + std::string(path)) : std::string());
}

}  // namespace nodeward
