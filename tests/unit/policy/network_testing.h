// What the tests of [network] share: policies made of lists, addresses of texts, and names.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/network_policy.h"

namespace nodeward {

class FakeNames : public KnownNames {
 public:
  FakeNames() = default;
  FakeNames(std::initializer_list<std::pair<const std::string, std::vector<std::string>>> names)
      : names_(names) {}
  std::vector<std::string> NamesOf(const IpAddress& address) const override {
    const auto found = names_.find(ToText(address));
    return found == names_.end() ? std::vector<std::string>{} : found->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> names_;
};

using List = std::vector<std::string>;

inline TextList Texts(const std::optional<List>& entries) {
  if (!entries) return std::nullopt;
  std::vector<Text> texts;
  for (const std::string& entry : *entries) texts.push_back({entry, {"app.toml", 7, 12, 0}});
  return texts;
}

inline Result<NetworkPolicy> Compile(const std::optional<List>& connect,
                                     const std::optional<List>& listen,
                                     std::string_view port = "") {
  NetworkSection section;
  section.connect = Texts(connect);
  section.listen = Texts(listen);
  return NetworkPolicy::Compile(section, port);
}

inline NetworkPolicy Peers(const std::optional<List>& connect) {
  auto policy = Compile(connect, std::nullopt);
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().what);
  return policy.value_or(NetworkPolicy());
}

inline NetworkPolicy Ports(const std::optional<List>& listen, std::string_view port = "") {
  auto policy = Compile(std::nullopt, listen, port);
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().what);
  return policy.value_or(NetworkPolicy());
}

// "10.0.0.1:80", "[::1]:80".
inline Endpoint At(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto address = ParseIp(host);
  EXPECT_TRUE(address) << text;
  return {address.value_or(IpAddress{}),
          static_cast<std::uint16_t>(std::stoi(std::string(text.substr(colon + 1))))};
}

inline bool Reaches(const NetworkPolicy& policy, std::string_view to,
                    Transport transport = Transport::kTcp, const FakeNames& names = {}) {
  const Verdict verdict = policy.Connect(At(to), transport, names);
  EXPECT_EQ(verdict.allowed, !verdict.rule.empty()) << to;
  EXPECT_EQ(verdict.allowed, verdict.why.empty()) << to;
  return verdict.allowed;
}

}  // namespace nodeward
