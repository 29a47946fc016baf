#include "cli/why_network.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/asked_path.h"
#include "events/codes.h"
#include "measures/rows.h"
#include "policy/host_name.h"
#include "policy/network_policy.h"

namespace nodeward {
namespace {

using Words = std::vector<std::string>;

// The one name of the question stands for whatever it resolves to; no other name is known offline.
class OneName : public KnownNames {
 public:
  explicit OneName(std::string name) : name_(std::move(name)) {}
  std::vector<std::string> NamesOf(const IpAddress&) const override {
    return name_.empty() ? Words() : Words{name_};
  }

 private:
  std::string name_;
};

struct Peer {
  std::string name;  // empty for an address
  Endpoint endpoint;
};

std::optional<std::uint16_t> PortOf(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || at != end) return std::nullopt;
  return port;
}

Result<Peer> ParsePeer(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : PortOf(std::string_view(word).substr(colon + 1));
  if (!port || *port == 0) {
    return Fail("\"" + word + "\" names no port", {}, "nodeward why connect api.example.com:443");
  }
  std::string host = word.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto address = ParseIp(host)) return Peer{{}, {*address, *port}};
  auto name = ParseHostName(host);
  if (!name) return Fail(name.error());
  // A public address like any other: what a rule on the name allows, and what @public does.
  const bool local = *name == "localhost" || name->ends_with(".localhost");
  return Peer{*name, {*ParseIp(local ? "127.0.0.1" : "8.8.8.8"), *port}};
}

// The environment as the application will have it: $PORT is the default of listen.
Result<NetworkPolicy> Compile(const PlanRequest& request) {
  LaunchPlan plan;
  plan.inherited_environment = request.environment;
  for (const Measure* measure : {&kIdentityMeasure, &kEnvironmentMeasure}) {
    auto prepared = measure->prepare(request.profile, request.host, plan);
    if (!prepared) return Fail(prepared.error());
  }
  std::string port;
  for (const PlannedVariable& variable : plan.environment) {
    if (variable.name == "PORT") port = variable.text;
  }
  return NetworkPolicy::Compile(request.profile.network, port);
}

// The place of the rule that decided, by what it says.
void ExplainRule(const Verdict& verdict, const TextList& list, const std::string& key,
                 WhyAnswer& answer) {
  if (verdict.rule.empty() || verdict.rule == "default") {
    answer.rule = verdict.allowed ? "the default of [network] " + key : verdict.why;
    if (!verdict.allowed && list && !list->empty()) answer.where = list->front().where.Text();
    return;
  }
  for (const Text& entry : list.value_or(std::vector<Text>{})) {
    if (entry.value == verdict.rule) return DecideBy(answer, entry, "[network] " + key);
  }
  answer.rule = verdict.rule + " in [network]";
}

WhyAnswer MakeAnswer(const PlanRequest& request, const Verdict& verdict, const TextList& list,
                     const std::string& key, std::string_view code) {
  WhyAnswer answer;
  const bool permissive = EnforcementFor(request.profile, "network") == Enforcement::kPermissive;
  answer.allowed = verdict.allowed || permissive;
  answer.verdict = verdict.allowed ? "allowed"
                   : permissive    ? "let through, and told ([network] is permissive)"
                                   : "refused, and told";
  if (!verdict.allowed) answer.code = code;
  ExplainRule(verdict, list, key, answer);
  if (!verdict.allowed) answer.hint = verdict.hint;
  return answer;
}

// "unix:/var/run/x" as the kernel resolves it: "/run/x". An abstract name stays.
std::string SocketOf(const std::string& word) {
  const std::string written = word.substr(std::string_view("unix:").size());
  const auto path =
      written.starts_with('/') ? ResolveAsked(written, "/") : Result<AskedPath>(Fail("abstract"));
  return path ? path->real : written;
}

// The address that stands for a name's own is nothing to tell.
void DropAddress(std::string& text, const Peer& peer) {
  const std::string shown = " (" + ToText(peer.endpoint.address) + ")";
  if (const std::size_t at = text.find(shown); at != std::string::npos)
    text.erase(at, shown.size());
}

Result<void> OneWord(const Words& words, const std::string& example) {
  if (words.size() == 1 && !words.front().empty()) return {};
  return Fail("one word is asked for", {}, "nodeward why " + example);
}

}  // namespace

Result<WhyAnswer> WhyConnect(const PlanRequest& request, const Words& words) {
  const bool udp = words.size() == 2 && words[1] == "udp";
  if (words.empty() || (words.size() == 2 && !udp && words[1] != "tcp") || words.size() > 2) {
    return Fail("connect to what?", {}, "nodeward why connect api.example.com:443, or … udp");
  }
  const auto policy = Compile(request);
  if (!policy) return Fail(policy.error());
  const TextList& list = request.profile.network.connect;
  if (words[0].starts_with("unix:")) {
    const Verdict verdict = policy->ConnectUnix(SocketOf(words[0]));
    return MakeAnswer(request, verdict, list, "connect", codes::kUnixRefused);
  }
  const auto peer = ParsePeer(words[0]);
  if (!peer) return Fail(peer.error());
  const Verdict verdict =
      policy->Connect(peer->endpoint, udp ? Transport::kUdp : Transport::kTcp, OneName(peer->name));
  WhyAnswer answer = MakeAnswer(request, verdict, list, "connect",
                                udp ? codes::kSendRefused : codes::kConnectRefused);
  if (!peer->name.empty()) {
    DropAddress(answer.rule, *peer);
    answer.notes.emplace_back(peer->endpoint.address == *ParseIp("127.0.0.1")
                                  ? "judged as the loopback address"
                                  : "judged as a name that resolves to a public address");
    if (!policy->Ask(peer->name, {}).allowed) {
      answer.notes.push_back("and its name is not asked for: nodeward why resolve " + peer->name);
    }
  } else if (!verdict.allowed && !policy->Names().empty()) {
    answer.notes.emplace_back(
        "an address that a listed name resolves to is allowed as long as it does");
  }
  return answer;
}

Result<WhyAnswer> WhyListen(const PlanRequest& request, const Words& words) {
  if (auto one = OneWord(words, "listen 3000"); !one) return Fail(one.error());
  const auto policy = Compile(request);
  if (!policy) return Fail(policy.error());
  const TextList& list = request.profile.network.listen;
  const std::string& word = words.front();
  if (word.starts_with("unix:")) {
    return MakeAnswer(request, policy->BindUnix(SocketOf(word)), list, "listen",
                      codes::kUnixRefused);
  }
  const bool bare = word.find(':') == std::string::npos;
  const auto at = ParsePeer(bare ? "0.0.0.0:" + word : word);
  if (!at) return Fail("\"" + word + "\" names no port", {}, "nodeward why listen 3000");
  if (!at->name.empty()) return Fail("listen takes an address, not a name", {}, "127.0.0.1:3000");
  Verdict verdict = policy->Bind(at->endpoint, Transport::kTcp);
  if (verdict.allowed) verdict = policy->Listen(at->endpoint);
  WhyAnswer answer = MakeAnswer(request, verdict, list, "listen", codes::kListenRefused);
  if (bare) answer.notes.emplace_back("on every IPv4 address of the machine (0.0.0.0)");
  return answer;
}

Result<WhyAnswer> WhyResolve(const PlanRequest& request, const Words& words) {
  if (auto one = OneWord(words, "resolve api.example.com"); !one) return Fail(one.error());
  const auto policy = Compile(request);
  if (!policy) return Fail(policy.error());
  const auto name = ParseHostName(words.front());
  if (!name) return Fail(name.error());
  WhyAnswer answer = MakeAnswer(request, policy->Ask(*name, {}), request.profile.network.connect,
                                "connect", codes::kNameRefused);
  answer.notes.emplace_back("the search domains of /etc/resolv.conf are not looked at here");
  return answer;
}

}  // namespace nodeward
