// Which ports and sockets [network] listen allows, and the lists that are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/network_policy.h"
#include "unit/policy/network_testing.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

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
