// Which texts are host names, and which names a pattern means.
#include "policy/host_name.h"

#include <gtest/gtest.h>

namespace nodeward {
namespace {

using namespace std::string_literals;

std::string Parsed(std::string_view text) {
  const auto name = ParseHostName(text);
  return name ? *name : "error: " + name.error().what;
}

TEST(ParseHostName, OneFormOfEachName) {
  EXPECT_EQ(Parsed("API.Example.COM"), "api.example.com");
  EXPECT_EQ(Parsed("api.example.com."), "api.example.com");
  EXPECT_EQ(Parsed("localhost"), "localhost");
  EXPECT_EQ(Parsed("_http._tcp.example.com"), "_http._tcp.example.com");
  EXPECT_EQ(Parsed("XN--MNCHEN-3YA.de"), "xn--mnchen-3ya.de");
  EXPECT_EQ(Parsed("3com.com"), "3com.com");
  EXPECT_EQ(Parsed("1.2.3.4.in-addr.arpa"), "1.2.3.4.in-addr.arpa");
  EXPECT_EQ(Parsed("0xabc.example"), "0xabc.example");
  EXPECT_EQ(Parsed(std::string(63, 'a') + ".b"), std::string(63, 'a') + ".b");
}

TEST(ParseHostName, RefusesWhatIsNone) {
  const std::string label(63, 'a');
  const std::string refused[] = {
      "",
      ".",
      "..",
      "a..b",
      ".a",
      "a.b..",
      "a b",
      " a",
      "a ",
      "a\tb",
      "a\n",
      "user@a",
      "a%00b",
      "a%2eb",
      "evil\0.good.com"s,
      "good.com\0"s,
      "\0"s,
      "a/b",
      "a:1",
      "[a]",
      "*.a.b",
      "*",
      "-a.b",
      "a-.b",
      "a.-b",
      "a,b",
      "a\\.b",
      "m\xc3\xbcnchen.de",
      "a\xef\xbc\x8e"
      "b",
      "a\xff",
      label + "a.b",
      label + "." + label + "." + label + "." + label,
      // IPv4 in another notation
      "127.0.0.1",
      "127.0.0.1.",
      "127.1",
      "2130706433",
      "0177.0.0.1",
      "0x7f.1",
      "0x7f000001",
      "0X7F000001",
      "1.2.3.0x",
      "a.0x1",
      "a.1",
      "999.999.999.999",
      "0",
  };
  for (const std::string& text : refused) {
    EXPECT_FALSE(ParseHostName(text)) << testing::PrintToString(text);
  }
}

TEST(ParseHostName, SaysWhatToWrite) {
  EXPECT_NE(Parsed("m\xc3\xbcnchen.de").find("punycode (xn--"), std::string::npos);
  EXPECT_NE(Parsed("0x7f.1").find("another notation"), std::string::npos);
  EXPECT_EQ(Parsed("evil\0.good.com"s),
            "error: \"evil\\x00.good.com\" has a character that no host name has");
}

TEST(HostPattern, Matches) {
  const auto matches = [](std::string_view pattern, std::string_view host) {
    return ParseHostPattern(pattern)->Matches(host);
  };
  EXPECT_TRUE(matches("API.example.com.", "api.example.com"));
  EXPECT_FALSE(matches("example.com", "api.example.com"));
  EXPECT_FALSE(matches("example.com", "notexample.com"));
  EXPECT_TRUE(matches("*.example.com", "a.example.com"));
  EXPECT_TRUE(matches("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(matches("*.example.com", "example.com"));
  EXPECT_FALSE(matches("*.example.com", ".example.com"));
  EXPECT_FALSE(matches("*.example.com", "notexample.com"));
  EXPECT_FALSE(matches("*.example.com", "a.example.com.evil.org"));
  EXPECT_TRUE(matches("*.internal", "db.internal"));
}

TEST(HostPattern, RefusesWhatIsTooWide) {
  for (const std::string_view text : {"*", "*.com", "*.com."}) {
    const auto pattern = ParseHostPattern(text);
    ASSERT_FALSE(pattern) << text;
    EXPECT_EQ(pattern.error().hint, "@public") << text;
  }
  for (const std::string_view text :
       {"", "*.", "*..", "**.example.com", "*a.example.com", "a.*.com", "*.*.com", "*.0.0.1",
        "a*.example.com", "*example.com", "example.*"}) {
    EXPECT_FALSE(ParseHostPattern(text)) << text;
  }
}

TEST(IsPrivateName, ByItsLastLabels) {
  for (const char* name : {"db", "localhost", "db.local", "x.internal", "nas.lan", "a.home.arpa",
                           "a.localhost", "a.test", "db.default.svc", "a.b.svc.cluster.local"}) {
    EXPECT_TRUE(IsPrivateName(name)) << name;
  }
  for (const char* name : {"", "example.com", "local.example.com", "notlocal.com", "a.arpa",
                           "internal.io", "xlocal.net", "1.0.0.10.in-addr.arpa"}) {
    EXPECT_FALSE(IsPrivateName(name)) << name;
  }
}

}  // namespace
}  // namespace nodeward
