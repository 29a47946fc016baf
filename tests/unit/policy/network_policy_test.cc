// Which peers [network] connect allows, and what a refusal says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/network_policy.h"
#include "unit/policy/network_testing.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

TEST(Connect, TheDefaultIsLoopbackAndPrivate) {
  const NetworkPolicy policy = Peers(std::nullopt);
  for (const char* to : {"127.0.0.1:1", "[::1]:80", "10.0.0.1:5432", "192.168.0.1:1", "[fd00::1]:1",
                         "172.31.0.1:65535", "0.0.0.0:80", "[::]:80", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_TRUE(Reaches(policy, to)) << to;
    EXPECT_TRUE(Reaches(policy, to, Transport::kUdp)) << to;
  }
  for (const char* to :
       {"8.8.8.8:53", "[2606:4700::1]:443", "169.254.169.254:80", "[::ffff:169.254.169.254]:80",
        "[fd00:ec2::254]:80", "100.100.100.200:80", "169.254.170.2:80", "[fe80::1]:1",
        "100.64.0.1:1", "224.0.0.1:1", "[ff02::fb]:5353", "255.255.255.255:1", "[64:ff9b::a00:1]:1",
        "[2002:7f00:1::1]:1", "[::7f00:1]:1", "192.0.0.192:80"}) {
    EXPECT_FALSE(Reaches(policy, to)) << to;
    EXPECT_FALSE(Reaches(policy, to, Transport::kUdp)) << to;
  }
  EXPECT_EQ(policy.Connect(At("127.0.0.1:1"), Transport::kTcp, FakeNames()).rule, "default");
}

TEST(Connect, AnEmptyListIsNothing) {
  const NetworkPolicy policy = Peers(List{});
  for (const char* to : {"127.0.0.1:1", "10.0.0.1:1", "8.8.8.8:443", "[::1]:1", "0.0.0.0:0"}) {
    EXPECT_FALSE(Reaches(policy, to)) << to;
    EXPECT_FALSE(Reaches(policy, to, Transport::kUdp)) << to;
  }
  EXPECT_FALSE(policy.ConnectUnix("/run/x").allowed);
  EXPECT_FALSE(policy.Ask("example.com", {}).allowed);
  const Verdict verdict = policy.Connect(At("10.0.0.1:80"), Transport::kTcp, FakeNames());
  EXPECT_THAT(verdict.why, HasSubstr("empty"));
  EXPECT_EQ(verdict.hint, "[network] connect = [\"10.0.0.1:80\"]");
}

TEST(Connect, AddressesNetworksAndPorts) {
  const NetworkPolicy policy =
      Peers(List{"10.1.0.0/16:5432", "192.0.2.1", "[2001:db8::/32]:8000-8010", "udp:8.8.8.8:53",
                 "tcp:[::1]:1", "fd00:9::/64", "1.1.1.1:*", "@public:443"});
  const std::pair<const char*, bool> tcp[] = {
      {"10.1.2.3:5432", true},       {"10.1.2.3:5433", false},      {"10.2.0.1:5432", false},
      {"192.0.2.1:9", true},         {"[2001:db8::1]:8000", true},  {"[2001:db8::1]:8010", true},
      {"[2001:db8::1]:8011", false}, {"8.8.8.8:53", false},         {"[::1]:1", true},
      {"[fd00:9::1]:77", true},      {"[fd00:9:0:1::1]:77", false}, {"1.1.1.1:1", true},
      {"9.9.9.9:443", true},         {"9.9.9.9:80", false},         {"10.9.9.9:443", false},
  };
  for (const auto& [to, want] : tcp) EXPECT_EQ(Reaches(policy, to), want) << to;
  EXPECT_TRUE(Reaches(policy, "8.8.8.8:53", Transport::kUdp));
  EXPECT_FALSE(Reaches(policy, "[::1]:1", Transport::kUdp));
  EXPECT_TRUE(Reaches(policy, "9.9.9.9:443", Transport::kUdp));
  EXPECT_EQ(policy.Connect(At("10.1.2.3:5432"), Transport::kTcp, FakeNames()).rule,
            "10.1.0.0/16:5432");
}

TEST(Connect, OnlyANarrowRuleListsASpecialAddress) {
  for (const char* rule : {"@public", "@private", "0.0.0.0/0", "169.0.0.0/8:80", "[fc00::/7]:80",
                           "::/0", "64:ff9b::/96", "2002::/16", "128.0.0.0/1", "100.64.0.0/10"}) {
    const NetworkPolicy policy = Peers(List{rule});
    for (const char* to : {"169.254.169.254:80", "[fd00:ec2::254]:80", "100.100.100.200:80",
                           "[fe80::1]:80", "[64:ff9b::a9fe:a9fe]:80", "[2002:a9fe:a9fe::1]:80",
                           "255.255.255.255:80", "224.0.0.251:80"}) {
      EXPECT_FALSE(Reaches(policy, to)) << rule << " " << to;
    }
  }
  EXPECT_TRUE(Reaches(Peers(List{"169.254.169.254:80"}), "[::ffff:169.254.169.254]:80"));
  EXPECT_FALSE(Reaches(Peers(List{"169.254.169.254:80"}), "169.254.169.254:81"));
  EXPECT_FALSE(Reaches(Peers(List{"169.254.169.254:80"}), "[64:ff9b::a9fe:a9fe]:80"));
  EXPECT_TRUE(Reaches(Peers(List{"169.254.0.0/16"}), "169.254.3.4:1"));
  EXPECT_TRUE(Reaches(Peers(List{"[fd00:ec2::254]:80"}), "[fd00:ec2::254]:80"));
  EXPECT_TRUE(Reaches(Peers(List{"224.0.0.0/4:5353"}), "224.0.0.251:5353", Transport::kUdp));
  EXPECT_TRUE(Reaches(Peers(List{"0.0.0.0/0"}), "100.64.0.1:1"));
}

TEST(Connect, NamesByTheirAnswers) {
  const NetworkPolicy policy =
      Peers(List{"api.example.com:443", "*.cdn.example:443", "any.example"});
  const FakeNames names{{"93.184.216.34", {"api.example.com"}},
                        {"93.184.216.35", {"a.b.cdn.example", "other.example"}},
                        {"93.184.216.36", {"cdn.example"}},
                        {"93.184.216.37", {"any.example"}}};
  EXPECT_TRUE(Reaches(policy, "93.184.216.34:443", Transport::kTcp, names));
  EXPECT_TRUE(Reaches(policy, "93.184.216.34:443", Transport::kUdp, names));
  EXPECT_TRUE(Reaches(policy, "93.184.216.35:443", Transport::kTcp, names));
  EXPECT_FALSE(Reaches(policy, "93.184.216.34:80", Transport::kTcp, names));
  EXPECT_FALSE(Reaches(policy, "93.184.216.36:443", Transport::kTcp, names));
  EXPECT_TRUE(Reaches(policy, "93.184.216.37:1", Transport::kTcp, names));
  EXPECT_FALSE(Reaches(policy, "93.184.216.38:443", Transport::kTcp, names));
  const Verdict port = policy.Connect(At("93.184.216.34:80"), Transport::kTcp, names);
  EXPECT_EQ(port.why,
            "\"api.example.com:443\" covers api.example.com (93.184.216.34), but not TCP port 80");
  EXPECT_THAT(policy.Names(), ElementsAre("any.example", "api.example.com"));
}

TEST(Connect, APublicNameReachesNothingPrivate) {
  const NetworkPolicy policy = Peers(List{"api.example.com:443", "10.0.0.5:80"});
  const char* answers[] = {"127.0.0.1",     "10.0.0.5",   "169.254.169.254",    "fe80::1", "::1",
                           "fd00:ec2::254", "100.64.0.1", "64:ff9b::a9fe:a9fe", "fd00::1"};
  for (const char* answer : answers) {
    const FakeNames names{{answer, {"api.example.com"}}};
    const Endpoint to{*ParseIp(answer), 443};
    const Verdict verdict = policy.Connect(to, Transport::kTcp, names);
    EXPECT_FALSE(verdict.allowed) << answer;
  }
  const FakeNames names{{"10.0.0.5", {"api.example.com"}}};
  const Verdict verdict = policy.Connect(At("10.0.0.5:443"), Transport::kTcp, names);
  EXPECT_THAT(verdict.why, HasSubstr("api.example.com answered with 10.0.0.5, a private address"));
  EXPECT_THAT(verdict.why, HasSubstr("rebinding"));
  EXPECT_EQ(verdict.hint,
            "[network] connect = [\"api.example.com:443\", \"10.0.0.5:80\", \"10.0.0.5:443\"]");
  // 0.0.0.0 as an answer is this host.
  const FakeNames any{{"127.0.0.1", {"api.example.com"}}, {"0.0.0.0", {"api.example.com"}}};
  EXPECT_FALSE(Reaches(policy, "0.0.0.0:443", Transport::kTcp, any));
  EXPECT_TRUE(Reaches(Peers(List{"api.example.com:443", "10.0.0.0/8:443"}), "10.0.0.5:443",
                      Transport::kTcp, names));
}

TEST(Connect, APrivateNameMayBePrivate) {
  const NetworkPolicy policy =
      Peers(List{"db:5432", "*.svc.cluster.local:80", "metadata.internal:80"});
  EXPECT_TRUE(Reaches(policy, "10.0.0.5:5432", Transport::kTcp, {{"10.0.0.5", {"db"}}}));
  EXPECT_TRUE(Reaches(policy, "127.0.0.1:5432", Transport::kTcp, {{"127.0.0.1", {"db"}}}));
  EXPECT_TRUE(
      Reaches(policy, "10.0.0.6:80", Transport::kTcp, {{"10.0.0.6", {"a.b.svc.cluster.local"}}}));
  for (const char* answer : {"169.254.169.254", "fe80::1", "224.0.0.1", "fd00:ec2::254"}) {
    const FakeNames names{{answer, {"metadata.internal"}}};
    EXPECT_FALSE(policy.Connect({*ParseIp(answer), 80}, Transport::kTcp, names).allowed) << answer;
  }
}

TEST(Connect, DatagramsToPortZeroAskForARoute) {
  const NetworkPolicy policy = Peers(List{"tcp:api.example.com:443", "10.0.0.1:80"});
  const FakeNames names{{"93.184.216.34", {"api.example.com"}}};
  EXPECT_TRUE(Reaches(policy, "93.184.216.34:0", Transport::kUdp, names));
  EXPECT_TRUE(Reaches(policy, "10.0.0.1:0", Transport::kUdp));
  EXPECT_FALSE(Reaches(policy, "10.0.0.1:0", Transport::kTcp));
  EXPECT_FALSE(Reaches(policy, "10.0.0.2:0", Transport::kUdp));
  EXPECT_FALSE(Reaches(Peers(std::nullopt), "169.254.169.254:0", Transport::kUdp));
  EXPECT_EQ(policy.Connect(At("10.0.0.2:0"), Transport::kUdp, FakeNames()).hint, "");
}

TEST(Connect, HintsNameTheWholeList) {
  const NetworkPolicy policy = Peers(std::nullopt);
  const FakeNames names{{"8.8.8.8", {"dns.google"}}, {"9.9.9.9", {"a\"b\n"}}};
  const auto hint = [&](std::string_view to, Transport transport) {
    return policy.Connect(At(to), transport, names).hint;
  };
  const std::string now = "[network] connect = [\"@loopback\", \"@private\", ";
  EXPECT_EQ(hint("8.8.8.8:443", Transport::kTcp), now + "\"dns.google:443\"]");
  EXPECT_EQ(hint("8.8.4.4:53", Transport::kUdp), now + "\"udp:8.8.4.4:53\"]");
  EXPECT_EQ(hint("9.9.9.9:80", Transport::kTcp), now + "\"9.9.9.9:80\"]");
  EXPECT_EQ(hint("[2606::1]:443", Transport::kTcp), now + "\"[2606::1]:443\"]");
  EXPECT_EQ(hint("169.254.169.254:80", Transport::kTcp), now + "\"169.254.169.254:80\"]");
  const NetworkPolicy many = Peers(List(200, "10.0.0.1:1"));
  EXPECT_EQ(many.Connect(At("1.1.1.1:2"), Transport::kTcp, FakeNames()).hint,
            "[network] connect: add \"1.1.1.1:2\" to its list");
}

TEST(Connect, WhatAHintSaysIsAllowedThen) {
  for (const char* to :
       {"8.8.8.8:443", "169.254.169.254:80", "[fe80::1]:1", "[64:ff9b::a9fe:a9fe]:2", "224.0.0.1:5",
        "[::7f00:1]:9", "255.255.255.255:9", "0.0.0.0:7", "100.64.0.1:1",
        "[2001:0:1:2:3:4:5601:5601]:3"}) {
    const Verdict refused = Peers(List{}).Connect(At(to), Transport::kTcp, FakeNames());
    ASSERT_FALSE(refused.allowed);
    const std::size_t open = refused.hint.find('"');
    const std::string entry = refused.hint.substr(open + 1, refused.hint.rfind('"') - open - 1);
    EXPECT_TRUE(Reaches(Peers(List{entry}), to)) << entry;
  }
}

TEST(Connect, UnixSockets) {
  const NetworkPolicy policy =
      Peers(List{"unix:/run/db.sock", "unix:/run/app/*", "unix:@bus", "@public", "0.0.0.0/0"});
  const std::pair<std::string, bool> rows[] = {
      {"/run/db.sock", true},
      {"/run/db.sock2", false},
      {"/run/db.sock/x", false},
      {"/run/app/x", true},
      {"/run/app/a/b", true},
      {"/run/app", false},
      {"/run/app/", false},
      {"/run/app/../x", false},
      {"/run/app/..", false},
      {"/run/app2/x", false},
      {"@bus", true},
      {"@bus\0"s, false},
      {"@bu", false},
      {"@", false},
      {"", false},
      {"/run/docker.sock", false},
      {"run/db.sock", false},
      {"/run/db.sock\0"s, false},
  };
  for (const auto& [path, want] : rows) {
    EXPECT_EQ(policy.ConnectUnix(path).allowed, want) << testing::PrintToString(path);
    // Without a list the folder decides; abstract names lie in none.
    EXPECT_EQ(policy.BindUnix(path).allowed, !path.starts_with('@')) << path;
  }
  EXPECT_FALSE(Peers(std::nullopt).ConnectUnix("/run/docker.sock").allowed);
  EXPECT_EQ(Peers(List{}).ConnectUnix("/run/a \"b\"").hint,
            "[network] connect = [\"unix:/run/a \\\"b\\\"\"]");
  for (const std::string& path :
       {"/run/a\nb"s, "/run/*"s, "/run/\xff"s, "@a\0b"s, "x"s, "@"s, "/a/../b"s, "/a//b"s, ""s}) {
    EXPECT_EQ(Peers(List{}).ConnectUnix(path).hint, "") << testing::PrintToString(path);
  }
}

}  // namespace
}  // namespace nodeward
