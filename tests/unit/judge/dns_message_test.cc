// What is a question to a name server, what is none, and what is sent instead.
#include "judge/dns_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace nodeward {
namespace {

using testing::HasSubstr;
using std::string_literals::operator""s;
using Bytes = std::vector<std::uint8_t>;

Bytes Raw(std::string_view text) { return {text.begin(), text.end()}; }

const std::string kCounts = "\0\1\0\0\0\0\0\0"s;
const std::string kWithOpt = "\0\1\0\0\0\0\0\1"s;
const std::string kName = "\3api\7example\3com\0"s;
const std::string kAIn = "\0\1\0\1"s;

std::string Query(const std::string& name = kName, const std::string& type_class = kAIn,
                  const std::string& flags = "\1\0"s) {
  return "\x12\x34" + flags + kCounts + name + type_class;
}

// With an OPT record that holds `options`.
std::string Extended(const std::string& options, const std::string& ttl = "\0\0\0\0"s) {
  const std::string size = {'\0', static_cast<char>(options.size())};
  return "\x12\x34\1\0"s + kWithOpt + kName + kAIn + "\0\0\x29\x10\0"s + ttl + size + options;
}

DnsQuestion Parsed(std::string_view text) {
  const auto question = ParseQuery(Raw(text));
  EXPECT_TRUE(question) << (question ? "" : question.error().what);
  return question.value_or(DnsQuestion{});
}

TEST(DnsMessage, AnOrdinaryQuestion) {
  const DnsQuestion question = Parsed(Query());
  EXPECT_EQ(question.id, 0x1234);
  EXPECT_EQ(question.name, "api.example.com");
  EXPECT_EQ(question.type, 1);
  EXPECT_TRUE(question.recursion_desired);
  EXPECT_FALSE(question.authentic_data || question.checking_disabled || question.edns);
  EXPECT_EQ(Rewrite(question), Raw(Query()));
}

TEST(DnsMessage, FlagsAreKept) {
  const DnsQuestion question = Parsed(Query(kName, kAIn, "\0\x30"s));
  EXPECT_FALSE(question.recursion_desired);
  EXPECT_TRUE(question.authentic_data && question.checking_disabled);
  EXPECT_EQ(Rewrite(question), Raw(Query(kName, kAIn, "\0\x30"s)));
  const DnsQuestion dnssec = Parsed(Extended("", "\0\0\x80\0"s));
  EXPECT_TRUE(dnssec.edns && dnssec.dnssec_ok);
  EXPECT_EQ(Parsed(std::string_view(reinterpret_cast<const char*>(Rewrite(dnssec).data()),
                                    Rewrite(dnssec).size())),
            dnssec);
}

TEST(DnsMessage, CaseCarriesNothing) {
  EXPECT_EQ(Rewrite(Parsed(Query("\3aPi\7EXAMPLE\3CoM\0"s))), Raw(Query()));
}

TEST(DnsMessage, OptionsCarryNothing) {
  const Bytes plain = Rewrite(Parsed(Extended("")));
  EXPECT_EQ(plain.size(), Query().size() + 11);
  const std::string cookie = "\0\x0a\0\x08secret!!"s;
  const std::string padding = "\0\x0c\0\4\0\0\0\0"s;
  EXPECT_EQ(Rewrite(Parsed(Extended(cookie))), plain);
  EXPECT_EQ(Rewrite(Parsed(Extended(cookie + padding))), plain);
}

TEST(DnsMessage, NamesOfServicesAndUnderscores) {
  EXPECT_EQ(Parsed(Query("\5_amqp\4_tcp\1a\0"s, "\0\x21\0\1"s)).name, "_amqp._tcp.a");
  EXPECT_EQ(Parsed(Query("\2db\0"s)).name, "db");
}

struct Refusal {
  std::string query;
  std::string_view why;
};

TEST(DnsMessage, WhatNoLibrarySends) {
  const std::string long_label = std::string(1, '\x3f') + std::string(63, 'a');
  const std::string too_long = long_label + long_label + long_label + long_label + "\0"s;
  const std::string header = "\x12\x34\1\0"s;
  for (const Refusal& row : {
           Refusal{Query(kName, kAIn, "\x81\0"s), "no standard query"},  // an answer
           Refusal{Query(kName, kAIn, "\x28\0"s), "no standard query"},  // UPDATE
           Refusal{Query(kName, kAIn, "\1\x40"s), "no standard query"},  // Z
           Refusal{Query(kName, kAIn, "\1\5"s), "no standard query"},    // a result code
           Refusal{Query(kName, kAIn, "\3\0"s), "no standard query"},    // TC
           Refusal{header + "\0\0\0\0\0\0\0\0"s, "exactly one question"},
           Refusal{header + "\0\2\0\0\0\0\0\0"s + kName + kAIn + kName + kAIn, "exactly one"},
           Refusal{header + "\0\1\0\1\0\0\0\0"s + kName + kAIn, "records of its own"},
           Refusal{header + "\0\1\0\0\0\1\0\0"s + kName + kAIn, "records of its own"},
           Refusal{header + "\0\1\0\0\0\0\0\2"s + kName + kAIn, "records of its own"},
           Refusal{header + kWithOpt + kName + kAIn + "\0\0\1\0\1\0\0\0\0\0\0"s, "of its own"},
           Refusal{Query("\0"s), "root"},
           Refusal{Query("\xc0\x0c"s), "compressed"},
           Refusal{Query("\3api\xc0\x0c"s), "compressed"},
           Refusal{Query("\x41" + std::string(65, 'a') + "\0"s), "unknown label"},
           Refusal{Query("\3a.b\3com\0"s), "no host name"},
           Refusal{Query("\3a\0b\3com\0"s), "no host name"},
           Refusal{Query("\2\xc3\xa9\3com\0"s), "no host name"},
           Refusal{Query("\1*\3com\0"s), "no host name"},
           Refusal{Query(too_long), "253"},
           Refusal{Query(kName, "\0\x01\0\3"s), "IN"},       // CHAOS
           Refusal{Query(kName, "\0\xfc\0\1"s), "look-up"},  // AXFR
           Refusal{Query(kName, "\0\x0a\0\1"s), "look-up"},  // NULL
           Refusal{Query() + "x", "after its end"},
           Refusal{Extended("") + "x", "after its end"},
           Refusal{Extended("", "\1\0\0\0"s), "version of EDNS"},
           Refusal{Extended("", "\0\1\0\0"s), "version of EDNS"},
           Refusal{Extended("", "\0\0\0\1"s), "version of EDNS"},
           Refusal{Extended("\0\x08\0\4\0\1\0\0"s), "client subnet"},
           Refusal{Extended("\0\x0a\0\x29"s + std::string(41, 'x')), "carries data"},
           Refusal{Extended("\0\x0c\0\2\0x"s), "carries data"},
           Refusal{Extended("\xfd\xe9\0\1x"s), "carries data"},
           Refusal{Extended("\0\x0a\0\x08x"s), "too early"},
           Refusal{Extended("\0"s), "too early"},
           Refusal{Query() + std::string(512, '\0'), "512"},
       }) {
    const auto question = ParseQuery(Raw(row.query));
    ASSERT_FALSE(question) << row.why;
    EXPECT_THAT(question.error().what, HasSubstr(row.why));
  }
}

TEST(DnsMessage, EachTruncationIsRefused) {
  for (const std::string& whole : {Query(), Extended("\0\x0a\0\x08secret!!"s)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(ParseQuery(Raw(whole.substr(0, size)))) << size;
    }
    EXPECT_TRUE(ParseQuery(Raw(whole)));
  }
}

TEST(DnsMessage, TheLongestName) {
  const std::string label = std::string(1, '\x3f') + std::string(63, 'a');
  const std::string last = std::string(1, '\x3d') + std::string(61, 'a');
  const std::string wire = label + label + label + last + "\0"s;
  ASSERT_EQ(wire.size(), 255U);
  const DnsQuestion question = Parsed(Query(wire));
  EXPECT_EQ(question.name.size(), 253U);
  EXPECT_EQ(Rewrite(question), Raw(Query(wire)));
}

TEST(DnsMessage, OverTcp) {
  const Bytes query = Raw(Query());
  Bytes stream = FrameForTcp(query);
  stream.push_back(0);  // the next one begins
  for (std::size_t size = 0; size < query.size() + 2; ++size) {
    const auto none = FirstTcpQuery(std::span(stream).first(size));
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none) << size;
  }
  const auto first = FirstTcpQuery(stream);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(Bytes((*first)->begin(), (*first)->end()), query);
  EXPECT_FALSE(FirstTcpQuery(Raw("\2\1"))) << "513 bytes";
  EXPECT_TRUE(FirstTcpQuery(Raw("\2\0"s)));
}

}  // namespace
}  // namespace nodeward
