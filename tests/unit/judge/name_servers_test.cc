// The name servers of resolv.conf(5), as libc reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/names.h"
#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NameServers Read(std::string_view text) {
  const test::ScratchFolder scratch;
  return ReadNameServers(scratch.Write("resolv.conf", text));
}

TEST(ReadNameServers, ServersInTheirOrder) {
  const auto found = Read(
      "# nameserver 9.9.9.9\n"
      "nameserver 10.0.0.2\n"
      "nameserver\t10.0.0.1\n"
      "  nameserver   fe80::1%eth0  \n"
      "nameserver 2001:db8::0001\n"
      ";nameserver 8.8.8.8\n"
      "options ndots:5");
  EXPECT_THAT(found.addresses, ElementsAre("10.0.0.2", "10.0.0.1", "fe80::1", "2001:db8::1"));
  EXPECT_THAT(found.search, IsEmpty());
}

TEST(ReadNameServers, WhatIsNoAddressIsNone) {
  const auto found = Read(
      "nameserver\n"
      "nameserver dns.example.com\n"
      "nameserver 1.2.3\n"
      "nameserver 300.1.1.1\n"
      "nameserver2 10.0.0.3\n"
      "NAMESERVER 10.0.0.4\n"
      "nameserver %eth0\n"
      "nameserver 10.0.0.5");
  EXPECT_THAT(found.addresses, ElementsAre("10.0.0.5"));
}

TEST(ReadNameServers, TheLastSearchOrDomainHolds) {
  EXPECT_THAT(Read("search a.example b.example\n").search, ElementsAre("a.example", "b.example"));
  EXPECT_THAT(Read("domain one.example\nsearch a.example\n").search, ElementsAre("a.example"));
  EXPECT_THAT(Read("search a.example b.example\ndomain one.example\n").search,
              ElementsAre("one.example"));
  EXPECT_THAT(Read("search a.example\nsearch\n").search, IsEmpty());
}

TEST(ReadNameServers, WithoutAServerTheOneOfThisMachine) {
  EXPECT_THAT(Read("").addresses, ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(Read("search a.example\n").addresses, ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(ReadNameServers("/nowhere/resolv.conf").addresses, ElementsAre("127.0.0.1", "::1"));
}

TEST(ReadNameServers, AnyBytes) {
  constexpr char kBytes[] = "nameserver \0 10.0.0.1\nnameserver \xff\xfe\nnameserver 10.0.0.6";
  EXPECT_THAT(Read({kBytes, sizeof(kBytes) - 1}).addresses, ElementsAre("10.0.0.6"));
  EXPECT_THAT(Read(std::string(1 << 20, 'x')).addresses, ElementsAre("127.0.0.1", "::1"));
}

}  // namespace
}  // namespace nodeward
