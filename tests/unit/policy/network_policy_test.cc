// What [network] allows, refuses, and says about it.
#include "policy/network_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "policy/rule_text.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

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

TextList Texts(const std::optional<List>& entries) {
  if (!entries) return std::nullopt;
  std::vector<Text> texts;
  for (const std::string& entry : *entries) texts.push_back({entry, {"app.toml", 7, 12, 0}});
  return texts;
}

Result<NetworkPolicy> Compile(const std::optional<List>& connect, const std::optional<List>& listen,
                              std::string_view port = "") {
  NetworkSection section;
  section.connect = Texts(connect);
  section.listen = Texts(listen);
  return NetworkPolicy::Compile(section, port);
}

NetworkPolicy Peers(const std::optional<List>& connect) {
  auto policy = Compile(connect, std::nullopt);
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().what);
  return policy.value_or(NetworkPolicy());
}

NetworkPolicy Ports(const std::optional<List>& listen, std::string_view port = "") {
  auto policy = Compile(std::nullopt, listen, port);
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().what);
  return policy.value_or(NetworkPolicy());
}

// "10.0.0.1:80", "[::1]:80".
Endpoint At(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto address = ParseIp(host);
  EXPECT_TRUE(address) << text;
  return {address.value_or(IpAddress{}),
          static_cast<std::uint16_t>(std::stoi(std::string(text.substr(colon + 1))))};
}

bool Reaches(const NetworkPolicy& policy, std::string_view to,
             Transport transport = Transport::kTcp, const FakeNames& names = {}) {
  const Verdict verdict = policy.Connect(At(to), transport, names);
  EXPECT_EQ(verdict.allowed, !verdict.rule.empty()) << to;
  EXPECT_EQ(verdict.allowed, verdict.why.empty()) << to;
  return verdict.allowed;
}

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
    EXPECT_FALSE(policy.BindUnix(path).allowed);
  }
  EXPECT_FALSE(Peers(std::nullopt).ConnectUnix("/run/docker.sock").allowed);
  EXPECT_EQ(Peers(List{}).ConnectUnix("/run/a \"b\"").hint,
            "[network] connect = [\"unix:/run/a \\\"b\\\"\"]");
  for (const std::string& path :
       {"/run/a\nb"s, "/run/*"s, "/run/\xff"s, "@a\0b"s, "x"s, "@"s, "/a/../b"s, "/a//b"s, ""s}) {
    EXPECT_EQ(Peers(List{}).ConnectUnix(path).hint, "") << testing::PrintToString(path);
  }
}

TEST(Bind, TheDefaultIsThePortThatIsToldOrTheHighOnes) {
  const auto tcp = [](const NetworkPolicy& policy, std::string_view at) {
    return policy.Bind(At(at), Transport::kTcp).allowed;
  };
  EXPECT_TRUE(tcp(Ports(std::nullopt, "3000"), "0.0.0.0:3000"));
  EXPECT_FALSE(tcp(Ports(std::nullopt, "3000"), "0.0.0.0:3001"));
  EXPECT_TRUE(tcp(Ports(std::nullopt, "80"), "[::]:80"));
  for (const char* port :
       {"", "0", "x", "70000", "03000", "3000 ", "-1", "+1", "1-9", "\\\\pipe"}) {
    const NetworkPolicy policy = Ports(std::nullopt, port);
    EXPECT_TRUE(tcp(policy, "[::]:1024")) << port;
    EXPECT_TRUE(tcp(policy, "[::]:65535")) << port;
    EXPECT_FALSE(tcp(policy, "[::]:1023")) << port;
    EXPECT_TRUE(policy.Bind(At("[::]:5353"), Transport::kUdp).allowed) << port;
    EXPECT_FALSE(policy.Bind(At("[::]:53"), Transport::kUdp).allowed) << port;
  }
  EXPECT_EQ(Ports(std::nullopt, "3000").Bind(At("[::]:3000"), Transport::kTcp).rule, "default");
  EXPECT_EQ(Ports(std::nullopt, "3000").Bind(At("[::]:80"), Transport::kTcp).hint,
            "[network] listen = [3000, 80]");
}

TEST(Bind, PortZeroIsForListenToJudge) {
  const NetworkPolicy policy = Ports(List{});
  EXPECT_TRUE(policy.Bind(At("0.0.0.0:0"), Transport::kTcp).allowed);
  EXPECT_TRUE(policy.Bind(At("[::]:0"), Transport::kUdp).allowed);
  EXPECT_FALSE(policy.Listen(At("0.0.0.0:40000")).allowed);
  EXPECT_FALSE(policy.Listen(At("0.0.0.0:0")).allowed);
  EXPECT_FALSE(Ports(std::nullopt).Listen(At("0.0.0.0:0")).allowed);
  EXPECT_TRUE(Ports(std::nullopt).Listen(At("0.0.0.0:40000")).allowed);
  EXPECT_FALSE(policy.Bind(At("127.0.0.1:40000"), Transport::kTcp).allowed);
}

TEST(Bind, Rules) {
  const NetworkPolicy policy = Ports(List{"3000", "8000-8010", "127.0.0.1:9229", "udp:5353",
                                          "0.0.0.0:4000", "[::]:5000", "unix:/run/app.sock"});
  const std::pair<const char*, bool> tcp[] = {
      {"1.2.3.4:3000", true},    {"[::]:3000", true},       {"[::]:8010", true},
      {"[::]:8011", false},      {"127.0.0.1:9229", true},  {"[::ffff:127.0.0.1]:9229", true},
      {"0.0.0.0:9229", false},   {"127.0.0.2:9229", false}, {"[::]:9229", false},
      {"0.0.0.0:5353", false},   {"10.0.0.1:4000", true},   {"[::]:4000", false},
      {"[::1]:4000", false},     {"0.0.0.0:5000", true},    {"[::1]:5000", true},
      {"224.0.0.1:3000", false}, {"[ff02::1]:3000", false}, {"255.255.255.255:3000", false},
  };
  for (const auto& [at, want] : tcp) {
    EXPECT_EQ(policy.Bind(At(at), Transport::kTcp).allowed, want) << at;
    EXPECT_EQ(policy.Listen(At(at)).allowed, want) << at;
  }
  EXPECT_TRUE(policy.Bind(At("0.0.0.0:5353"), Transport::kUdp).allowed);
  EXPECT_FALSE(policy.Bind(At("0.0.0.0:3000"), Transport::kUdp).allowed);
  EXPECT_FALSE(policy.Bind(At("224.0.0.1:0"), Transport::kUdp).allowed);
  EXPECT_TRUE(policy.BindUnix("/run/app.sock").allowed);
  EXPECT_FALSE(policy.BindUnix("/run/other.sock").allowed);
  EXPECT_FALSE(policy.ConnectUnix("/run/app.sock").allowed);
  EXPECT_THAT(policy.Bind(At("127.0.0.1:1"), Transport::kUdp).hint,
              HasSubstr("[3000, \"8000-8010\", \"127.0.0.1:9229\", \"udp:5353\", "));
  EXPECT_THAT(policy.Bind(At("127.0.0.1:1"), Transport::kUdp).hint,
              HasSubstr(", \"udp:127.0.0.1:1\"]"));
}

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

TEST(Compile, RefusedPeers) {
  const std::pair<std::string, std::string> rows[] = {
      // entry, hint
      {"", "[network] connect = [\"@loopback\"]"},
      {"*", "[network] connect = [\"@public\"]"},
      {"*:443", "[network] connect = [\"@public:443\"]"},
      {"*.com:443", "[network] connect = [\"@public\"]"},
      {"@Public", "[network] connect = [\"@public\"]"},
      {"@all", "[network] connect = [\"@loopback\"]"},
      {"https://api.example.com/x", "[network] connect = [\"api.example.com:443\"]"},
      {"10.1.2.3/8:443", "[network] connect = [\"10.0.0.0/8\"]"},
      {"0.0.0.0:80", "[network] connect = [\"@loopback\"]"},
      {"[::]:80", "[network] connect = [\"@loopback\"]"},
      {"::ffff:0.0.0.0", "[network] connect = [\"@loopback\"]"},
      {"::1:443", "[network] connect = [\"[::1]:443\"]"},
      {"api.example.com:https", "[network] connect = [\"api.example.com:443\"]"},
      {"[fd00::]/8:1", "[network] connect = [\"[fd00:1::/64]:443\"]"},
  };
  for (const auto& [entry, hint] : rows) {
    const auto policy = Compile(List{"@loopback", entry}, std::nullopt);
    ASSERT_FALSE(policy) << entry;
    EXPECT_EQ(policy.error().hint, hint) << entry;
    EXPECT_EQ(policy.error().where, "app.toml:7:12");
    EXPECT_THAT(policy.error().what, HasSubstr("network.connect: "));
  }
  const std::string refused[] = {
      "evil\0.good.com"s,
      "good.com\0:443"s,
      "user@good.com",
      "a b",
      "a\nb",
      "\xff.com",
      "m\xc3\xbcnchen.de",
      "127.1:80",
      "0x7f.0.0.1:80",
      "0177.0.0.1",
      "2130706433:80",
      "3000",
      "a.com:0",
      "a.com:",
      "a.com:65536",
      "a.com:1-",
      "a.com:9-8",
      "a.com:+1",
      "a.com:01",
      "a.com:0-65535",
      "a.com: 1",
      "a.com:1:2",
      ":443",
      "[::1",
      "[]:1",
      "[::1]443",
      "[::1]:",
      "[10.0.0.1]:80",
      "[a.com]:80",
      "fe80::1%eth0",
      "[fe80::1%eth0]:80",
      "10.0.0.0/8/8",
      "10/8",
      "10.0.0.0/33",
      "a.com/24",
      "@",
      "@public:x",
      "@@public",
      "[@public]",
      "tcp:",
      "udp:",
      "udp:443",
      "tcp:udp:a.com",
      "unix:",
      "unix:x",
      "unix:@",
      "unix:/",
      "unix:/a/../b",
      "unix:/a*",
      "unix:/*/b",
      "unix:/a//b",
      "unix:/a/",
      "unix:/a/./b",
      "tcp:unix:/a",
      "unix:/a\0"s,
      "a.com..",
      "-a.com",
      std::string(5000, 'a'),
      "unix:/" + std::string(5000, 'a'),
  };
  for (const std::string& entry : refused) {
    EXPECT_FALSE(Compile(List{entry}, std::nullopt)) << testing::PrintToString(entry);
  }
}

TEST(Compile, RefusedPorts) {
  const std::string refused[] = {"",
                                 "0",
                                 "65536",
                                 "-1",
                                 "3000-",
                                 "-3000",
                                 "9-8",
                                 "1 2",
                                 "03000",
                                 "0x50",
                                 "*",
                                 ":3000",
                                 "*:3000",
                                 "localhost:3000",
                                 "127.0.0.1",
                                 "127.0.0.1:",
                                 "127.0.0.1:0",
                                 "127.1:3000",
                                 "::1:3000",
                                 "[::1]",
                                 "[127.0.0.1]:80",
                                 "10.0.0.0/8:80",
                                 "@loopback:80",
                                 "udp:",
                                 "udp:0",
                                 "unix:",
                                 "unix:x",
                                 "3000\n",
                                 "3000\0"s,
                                 "99999999999999999999"};
  for (const std::string& entry : refused) {
    const auto policy = Compile(std::nullopt, List{entry});
    ASSERT_FALSE(policy) << testing::PrintToString(entry);
    EXPECT_THAT(policy.error().what, HasSubstr("network.listen: "));
    EXPECT_THAT(policy.error().hint, HasSubstr("[network] listen = ["));
    EXPECT_EQ(policy.error().where, "app.toml:7:12");
  }
}

TEST(Compile, LinesForPeople) {
  EXPECT_THAT(
      Ports(std::nullopt, "3000").Lines(),
      ElementsAre("connect @loopback: any port, TCP and UDP (default)",
                  "connect @private: any port, TCP and UDP (default)",
                  "listen 3000: port 3000, TCP (default)",
                  "questions to name servers: listed names, and those of private networks"));
  EXPECT_THAT(Compile(List{}, List{})->Lines(),
              ElementsAre("connect nothing", "listen nothing", testing::_));
  EXPECT_THAT(
      Peers(List{"udp:@public:443", "unix:/run/x"}).Lines(),
      testing::IsSupersetOf({"connect udp:@public:443: port 443, UDP"s, "connect unix:/run/x"s,
                             "questions to name servers: any name"s}));
}

}  // namespace
}  // namespace nodeward
