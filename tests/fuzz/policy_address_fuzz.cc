// Any bytes as an address, a network, a host name, a rule, a sockaddr: what is taken reads back as
// the same, no text is both an address and a name, and a hint allows what it was given for.
#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "policy/address_class.h"
#include "policy/network_policy.h"
#include "policy/rule_text.h"

namespace nodeward {
namespace {

void Hold(bool what) {
  if (!what) std::abort();
}

class NoNames : public KnownNames {
 public:
  std::vector<std::string> NamesOf(const IpAddress&) const override { return {}; }
};

class OneName : public KnownNames {
 public:
  explicit OneName(std::string name) : name_(std::move(name)) {}
  std::vector<std::string> NamesOf(const IpAddress&) const override { return {name_}; }

 private:
  std::string name_;
};

void Printed(const std::string& text) {
  for (const char c : text) Hold(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

NetworkPolicy Compiled(const std::string& entry) {
  NetworkSection section;
  section.connect = {{entry, {}}};
  auto policy = NetworkPolicy::Compile(section, "");
  Hold(policy.has_value());
  return std::move(*policy);
}

// What is refused is refused in words, and allowed by the entry that the hint gives.
void TryAddress(const IpAddress& address, std::uint16_t port, const std::string& text) {
  const Endpoint to{address, port};
  NetworkSection nothing;
  nothing.connect.emplace();
  const auto policy = NetworkPolicy::Compile(nothing, "");
  const OneName names(text);
  for (const Transport transport : {Transport::kTcp, Transport::kUdp}) {
    const Verdict refused = policy->Connect(to, transport, names);
    Hold(!refused.allowed && !refused.why.empty());
    Printed(refused.why + refused.hint);
    if (port == 0) continue;
    const std::size_t open = refused.hint.find('"');
    const std::string entry = refused.hint.substr(open + 1, refused.hint.rfind('"') - open - 1);
    Hold(Compiled(entry).Connect(to, transport, names).allowed);
  }
  for (const char* wide : {"@public", "@private", "@loopback", "0.0.0.0/0", "::/0"}) {
    if (Compiled(wide).Connect(to, Transport::kTcp, NoNames()).allowed) {
      Hold(!IsSpecial(ClassOf(address)));
    }
  }
}

void TryText(const std::string& text) {
  const auto address = ParseIp(text);
  const auto name = ParseHostName(text);
  Hold(!address || !name);
  if (address) {
    Hold(ParseIp(ToText(*address)) == address);
    // The C library sees the same address in it, where it sees one at all.
    in_addr four{};
    if (text.find('\0') == std::string::npos && ::inet_aton(text.c_str(), &four) == 1) {
      Hold(!address->v6 && std::memcmp(&four, address->bytes.data(), sizeof four) == 0);
    }
  }
  if (name) {
    Hold(ParseHostName(*name) && *ParseHostName(*name) == *name);
    in_addr four{};
    in6_addr six{};
    Hold(::inet_aton(name->c_str(), &four) == 0);
    Hold(::inet_pton(AF_INET6, name->c_str(), &six) == 0);
  }
  const auto network = ParseNetwork(text);
  if (network) {
    const std::string again = ToText(network->address) + "/" + std::to_string(network->prefix);
    Hold(ParseNetwork(again) == network && network->Contains(network->address));
  }
}

void TryRules(const std::string& text) {
  NetworkSection section;
  section.connect = {{text, {}}};
  auto policy = NetworkPolicy::Compile(section, text);
  if (policy) {
    for (const std::string& line : policy->Lines()) Printed(line);
    const Verdict asked = policy->Ask(text, {text});
    Printed(asked.why + asked.hint);
    for (const std::string& name : policy->Names()) Hold(policy->Ask(name, {}).allowed);
  } else {
    Printed(policy.error().what + policy.error().hint);
  }
  section = {};
  section.listen = {{text, {}}};
  policy = NetworkPolicy::Compile(section, "");
  if (!policy) Printed(policy.error().what + policy.error().hint);
  const auto plain = NetworkPolicy::Compile({}, text);
  const Verdict socket = plain->ConnectUnix(text);
  Hold(!socket.allowed);
  Printed(socket.why + socket.hint);
  Hold(Compiled("@public").Ask(text, {}).allowed);
  const Verdict asked = plain->Ask(text, {"corp.example"});
  Hold(asked.allowed || !asked.why.empty());
  Printed(asked.why + asked.hint);
}

}  // namespace
}  // namespace nodeward

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  nodeward::TryText(text);
  nodeward::TryRules(text);
  sockaddr_storage storage{};
  std::memcpy(&storage, data, std::min(size, sizeof storage));
  const auto endpoint = nodeward::EndpointOf(storage, static_cast<socklen_t>(size));
  if (endpoint) nodeward::TryAddress(endpoint->address, endpoint->port, text);
  if (const auto address = nodeward::ParseIp(text))
    nodeward::TryAddress(*address, 443, "api.example.com");
  return 0;
}
