// Which texts are addresses, which address a text or a sockaddr is, and of what class.
#include "policy/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>

#include "policy/address_class.h"

namespace nodeward {
namespace {

using namespace std::string_literals;

IpAddress Ip(std::string_view text) {
  const auto address = ParseIp(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

TEST(ParseIp, TakesOneNotationForEachAddress) {
  const std::pair<const char*, const char*> taken[] = {
      {"0.0.0.0", "0.0.0.0"},
      {"10.0.0.1", "10.0.0.1"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"FE80::A", "fe80::a"},
      {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
      {"64:ff9b::8.8.8.8", "64:ff9b::808:808"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::ffff:169.254.169.254", "169.254.169.254"},
      {"::ffff:a9fe:a9fe", "169.254.169.254"},
      {"0:0:0:0:0:FFFF:127.0.0.1", "127.0.0.1"},
      {"::ffff:0:0", "0.0.0.0"},
  };
  for (const auto& [text, want] : taken) EXPECT_EQ(ToText(Ip(text)), want) << text;
}

TEST(ParseIp, RefusesWhatAnotherReaderMightTake) {
  const std::string refused[] = {
      "",
      " ",
      "127.1",
      "127.0.1",
      "2130706433",
      "0x7f.0.0.1",
      "0x7f000001",
      "0177.0.0.1",
      "127.0.0.01",
      "127.0.0.001",
      "1.2.3.4.",
      ".1.2.3.4",
      "1.2.3.4.5",
      "1..2.3",
      "256.0.0.1",
      "1.2.3.-4",
      "+1.2.3.4",
      " 1.2.3.4",
      "1.2.3.4 ",
      "1.2.3.4\n",
      "1.2.3.4\0"s,
      "1.2.3.4\0.example.com"s,
      "1.2.3.4%eth0",
      "fe80::1%eth0",
      "fe80::1%1",
      "::1\0"s,
      "[::1]",
      ":::",
      "1::2::3",
      ":1",
      "1:",
      "12345::",
      "00001::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "g::",
      "::ffff:127.1",
      "::ffff:0177.0.0.1",
      "::1.2.3.4.5",
      "1.2.3.4::",
      "::1.2.3.4:5",
      "0x1::",
      "1.2.3.4/32",
      "\xd9\xa1.2.3.4",
      std::string(4096, '1'),
      std::string(4096, ':'),
  };
  for (const std::string& text : refused) EXPECT_FALSE(ParseIp(text)) << text;
}

TEST(ParseNetwork, PrefixesAndHostBits) {
  const auto text = [](std::string_view in) -> std::string {
    const auto network = ParseNetwork(in);
    return network ? ToText(network->address) + "/" + std::to_string(network->prefix) : "none";
  };
  EXPECT_EQ(text("10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(text("10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(text("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(text("fc00::/7"), "fc00::/7");
  EXPECT_EQ(text("::1"), "::1/128");
  EXPECT_EQ(text("::ffff:10.0.0.0/104"), "10.0.0.0/8");
  EXPECT_EQ(text("::ffff:0:0/96"), "0.0.0.0/0");
  EXPECT_EQ(text("::ffff:10.1.2.3"), "10.1.2.3/32");
  for (const std::string_view in :
       {"10.0.0.1/8", "10.0.0.0/08", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8",
        "10.0.0.0/8 ", "10.0.0.0/8/8", "10/8", "/8", "fd00::1/64", "::/129", "::/4294967304",
        "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/95", "::ffff:10.0.0.0/129", ""}) {
    EXPECT_EQ(text(in), "none") << in;
  }
}

TEST(Network, ContainsItsOwnFamilyOnly) {
  const auto contains = [](std::string_view network, std::string_view address) {
    return ParseNetwork(network)->Contains(Ip(address));
  };
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.9.9.9"));
  EXPECT_TRUE(contains("0.0.0.0/0", "255.1.2.3"));
  EXPECT_FALSE(contains("::/0", "1.2.3.4"));
  EXPECT_FALSE(contains("::/0", "::ffff:1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::"));
  EXPECT_TRUE(contains("fe80::/10", "febf::1"));
  EXPECT_FALSE(contains("fe80::/10", "fec0::1"));
}

template <class Address>
std::string KernelText(const Address& address, socklen_t size) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  const auto endpoint = EndpointOf(storage, size);
  return endpoint ? ToText(*endpoint) : "none";
}

TEST(EndpointOf, ReadsWhatTheKernelWouldRead) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(5432);
  ::inet_pton(AF_INET, "10.0.0.1", &in.sin_addr);
  EXPECT_EQ(KernelText(in, sizeof in), "10.0.0.1:5432");
  EXPECT_EQ(KernelText(in, 128), "10.0.0.1:5432");
  for (const socklen_t size : {0u, 2u, 8u, 15u, 129u, 0xffffffffu}) {
    EXPECT_EQ(KernelText(in, size), "none") << size;
  }
  in.sin_family = AF_UNSPEC;  // udp_sendmsg() sends to it all the same: never to be let through
  EXPECT_EQ(KernelText(in, sizeof in), "none");
  in.sin_family = AF_UNIX;
  EXPECT_EQ(KernelText(in, sizeof in), "none");

  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(80);
  in6.sin6_scope_id = 7;
  ::inet_pton(AF_INET6, "::ffff:169.254.169.254", &in6.sin6_addr);
  EXPECT_EQ(KernelText(in6, sizeof in6), "169.254.169.254:80");
  EXPECT_EQ(KernelText(in6, 24), "169.254.169.254:80");
  EXPECT_EQ(KernelText(in6, 23), "none");
  EXPECT_EQ(KernelText(in6, 16), "none");
  ::inet_pton(AF_INET6, "fd00::1", &in6.sin6_addr);
  EXPECT_EQ(KernelText(in6, sizeof in6), "[fd00::1]:80");
}

TEST(ConnectedTo, AnyIsThisHost) {
  EXPECT_EQ(ToText(ConnectedTo(Ip("0.0.0.0"))), "127.0.0.1");
  EXPECT_EQ(ToText(ConnectedTo(Ip("::ffff:0.0.0.0"))), "127.0.0.1");
  EXPECT_EQ(ToText(ConnectedTo(Ip("::"))), "::1");
  EXPECT_EQ(ToText(ConnectedTo(Ip("0.0.0.1"))), "0.0.0.1");
}

TEST(ClassOf, Table) {
  using enum AddressClass;
  const std::pair<const char*, AddressClass> rows[] = {
      {"8.8.8.8", kPublic},
      {"1.0.0.0", kPublic},
      {"223.255.255.255", kPublic},
      {"2606:4700::1111", kPublic},
      {"10.255.255.255", kPrivate},
      {"172.16.0.0", kPrivate},
      {"172.31.255.255", kPrivate},
      {"172.32.0.0", kPublic},
      {"192.168.1.1", kPrivate},
      {"fd12::1", kPrivate},
      {"fc00::1", kPrivate},
      {"127.0.0.1", kLoopback},
      {"127.255.255.255", kLoopback},
      {"0.0.0.0", kLoopback},
      {"::", kLoopback},
      {"::1", kLoopback},
      {"::ffff:127.0.0.1", kLoopback},
      {"0.0.0.1", kReserved},
      {"100.64.0.1", kReserved},
      {"192.0.2.1", kReserved},
      {"198.18.0.1", kReserved},
      {"240.0.0.1", kReserved},
      {"169.254.169.254", kMetadata},
      {"::ffff:169.254.169.254", kMetadata},
      {"169.254.170.2", kMetadata},
      {"100.100.100.200", kMetadata},
      {"168.63.129.16", kMetadata},
      {"fd00:ec2::254", kMetadata},
      {"169.254.1.1", kLinkLocal},
      {"fe80::1", kLinkLocal},
      {"fe80::a9fe:a9fe", kLinkLocal},
      {"224.0.0.1", kMulticast},
      {"ff02::1", kMulticast},
      {"255.255.255.255", kBroadcast},
      {"2001:db8::1", kReserved},
      {"fec0::1", kReserved},
      {"4000::1", kReserved},
      // what is carried counts
      {"64:ff9b::8.8.8.8", kPublic},
      {"64:ff9b::10.0.0.1", kReserved},
      {"64:ff9b::127.0.0.1", kReserved},
      {"64:ff9b::169.254.169.254", kMetadata},
      {"64:ff9b::169.254.1.1", kLinkLocal},
      {"64:ff9b::224.0.0.1", kMulticast},
      {"64:ff9b:1::8.8.8.8", kReserved},
      {"2002:808:808::1", kPublic},
      {"2002:a9fe:a9fe::1", kMetadata},
      {"2002:7f00:1::1", kReserved},
      {"2002:a00:1::1", kReserved},
      {"::169.254.169.254", kMetadata},
      {"::127.0.0.1", kReserved},
      {"::8.8.8.8", kReserved},
      {"::ffff:0:169.254.169.254", kMetadata},
      {"2001:0:1:2:3:4:5601:5601", kMetadata},  // Teredo: its bits are turned over
      {"2606:4700::5efe:169.254.169.254", kMetadata},
      {"2606:4700::200:5efe:127.0.0.1", kReserved},
      {"2606:4700::5efe:8.8.8.8", kPublic},
  };
  for (const auto& [text, want] : rows) EXPECT_EQ(Name(ClassOf(Ip(text))), Name(want)) << text;
}

TEST(WidestListing, SpecialAddressesWantANarrowNetwork) {
  EXPECT_EQ(WidestListing(Ip("8.8.8.8")), 0u);
  EXPECT_EQ(WidestListing(Ip("127.0.0.1")), 0u);
  EXPECT_EQ(WidestListing(Ip("240.0.0.1")), 0u);
  EXPECT_EQ(WidestListing(Ip("169.254.169.254")), 16u);
  EXPECT_EQ(WidestListing(Ip("100.100.100.200")), 24u);
  EXPECT_EQ(WidestListing(Ip("fd00:ec2::254")), 32u);
  EXPECT_EQ(WidestListing(Ip("64:ff9b::169.254.169.254")), 128u);
}

}  // namespace
}  // namespace nodeward
