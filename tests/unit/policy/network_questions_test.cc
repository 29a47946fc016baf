// Which names may be told to a name server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/network_policy.h"
#include "unit/policy/network_testing.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

TEST(Ask, ListedAndPrivateNames) {
  const NetworkPolicy policy =
      Peers(List{"api.example.com:443", "*.cdn.example:443", "10.0.0.0/8"});
  const std::vector<std::string> search = {"corp.example.org.", "COM", "lan"};
  const std::pair<std::string, bool> rows[] = {
      {"api.example.com", true},
      {"API.Example.com.", true},
      {"x.api.example.com", false},
      {"example.com", false},
      {"a.cdn.example", true},
      {"cdn.example", false},
      {"db", true},
      {"printer.local", true},
      {"a.svc.cluster.local", true},
      {"api.example.com.corp.example.org", true},
      {"db.corp.example.org", true},
      {"corp.example.org", true},
      {"notcorp.example.org", false},
      {"evil.com", false},  // "com" is no search domain that counts
      {"data.evil.com", false},
      {"x.lan", true},
      {"1.2.3.10.in-addr.arpa", true},
      {"8.8.8.8.in-addr.arpa", false},
      {"254.169.254.169.in-addr.arpa", false},
      {"2.3.10.in-addr.arpa", false},
      {"01.2.3.10.in-addr.arpa", false},
      {"data.1.2.3.10.in-addr.arpa", false},
      {"in-addr.arpa", false},
      {"ip6.arpa", false},
      {"evil\0.api.example.com"s, false},
      {"data@api.example.com", false},
      {"", false},
      {".", false},
      {"api.example.com..", false},
      {"a b.local", false},
      {std::string(64, 'a') + ".local", false},
  };
  for (const auto& [name, want] : rows) {
    EXPECT_EQ(policy.Ask(name, search).allowed, want) << testing::PrintToString(name);
  }
  const Verdict refused = policy.Ask("data.evil.com", search);
  EXPECT_EQ(refused.hint,
            "[network] connect = [\"api.example.com:443\", \"*.cdn.example:443\", \"10.0.0.0/8\", "
            "\"data.evil.com:443\"]");
  EXPECT_THAT(refused.why, HasSubstr("data.evil.com"));
  EXPECT_EQ(policy.Ask("a\n\x1b.com", {}).why.find('\x1b'), std::string::npos);
}

TEST(Ask, ReverseLookupsOfIpv6) {
  const std::string zeros = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.";
  const NetworkPolicy policy = Peers(std::nullopt);
  EXPECT_TRUE(policy.Ask(zeros + "0.0.d.f.ip6.arpa", {}).allowed);   // fd00::1
  EXPECT_TRUE(policy.Ask(zeros + "0.0.0.0.ip6.arpa", {}).allowed);   // ::1
  EXPECT_FALSE(policy.Ask(zeros + "6.0.6.2.ip6.arpa", {}).allowed);  // 2606::1
  EXPECT_FALSE(policy.Ask(zeros + "0.d.f.ip6.arpa", {}).allowed);
  EXPECT_FALSE(policy.Ask(zeros + "00.d.f.ip6.arpa", {}).allowed);
  EXPECT_FALSE(policy.Ask(zeros + "0.0.d.g.ip6.arpa", {}).allowed);
}

TEST(Ask, OpenOnlyWhenSaid) {
  NetworkSection section;
  EXPECT_FALSE(NetworkPolicy::Compile(section, "")->Ask("evil.com", {}).allowed);
  section.dns = {{"open", {}}};
  const auto open = NetworkPolicy::Compile(section, "");
  EXPECT_TRUE(open->Ask("evil.com", {}).allowed);
  EXPECT_TRUE(open->dns_open());
  section.dns = {{"", {"app.toml", 3, 1, 0}}};
  const auto wrong = NetworkPolicy::Compile(section, "");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where, "app.toml:3:1");
  EXPECT_TRUE(Peers(List{"@public:443"}).Ask("evil.com", {}).allowed);
  EXPECT_FALSE(Peers(List{"0.0.0.0/0", "@loopback"}).Ask("evil.com", {}).allowed);
}

TEST(Ask, Lists) {
  const NetworkPolicy policy = Peers(List{"api.example.com:443", "*.cdn.example"});
  EXPECT_TRUE(policy.Lists("API.example.com."));
  EXPECT_TRUE(policy.Lists("x.cdn.example"));
  EXPECT_FALSE(policy.Lists("cdn.example"));
  EXPECT_FALSE(policy.Lists("db"));
  EXPECT_FALSE(policy.Lists("x\0.cdn.example"s));
  EXPECT_FALSE(Peers(List{"@public"}).Lists("example.com"));
}

}  // namespace
}  // namespace nodeward
