#include "mask/forms.h"

#include <gtest/gtest.h>

#include "mask/mask.h"

namespace nodeward {
namespace {

class Forms : public testing::Test {
 protected:
  std::string Learn(std::string_view name, std::string_view value) {
    const SecretView secret{name, value};
    const auto unmasked = mask_.Learn({&secret, 1});
    return unmasked.empty() ? std::string() : unmasked.front();
  }
  std::string Masked(std::string_view text) { return mask_.Apply(text); }
  // Whether all of `form` is masked, amid other text.
  void ExpectMasked(std::string_view form) {
    EXPECT_EQ(Masked("<" + std::string(form) + ">"), "<[masked:X]>") << form;
  }

  Mask mask_;
};

TEST_F(Forms, Raw) {
  Learn("X", "p\xc3\xa4ss/wor+d=1");
  ExpectMasked("p\xc3\xa4ss/wor+d=1");
}

TEST_F(Forms, Json) {
  Learn("X", "q\"uo\\te/\xc3\xa9\xf0\x9f\x98\x80\n<&>\x01");
  ExpectMasked(R"(q\"uo\\te/é😀\n<&>\u0001)");
  ExpectMasked(R"(q\"uo\\te\/é😀\n<&>\u0001)");
  ExpectMasked(R"(q\"uo\\te/\u00e9\ud83d\ude00\n<&>\u0001)");
  ExpectMasked(R"(q\"uo\\te/\u00E9\uD83D\uDE00\n<&>\u0001)");
  ExpectMasked(R"(q\"uo\\te\/\u00e9\ud83d\ude00\n<&>\u0001)");
  ExpectMasked(R"(q\"uo\\te/é😀\n\u003c\u0026\u003e\u0001)");
  ExpectMasked(R"(q\\\"uo\\\\te/é😀\\n<&>\\u0001)");  // JSON within JSON
  ExpectMasked(R"(q"uo\\te/é😀\n<&>\x01)");           // util.inspect
}

TEST_F(Forms, Url) {
  Learn("X", "a b/c+d=\xc3\xa9!(x)");
  ExpectMasked("a%20b%2Fc%2Bd%3D%C3%A9!(x)");
  ExpectMasked("a%20b%2fc%2bd%3d%c3%a9!(x)");
  ExpectMasked("a%20b%2Fc%2Bd%3D%C3%A9%21%28x%29");
  ExpectMasked("a%20b/c+d=%C3%A9!(x)");
  ExpectMasked("a+b%2Fc%2Bd%3D%C3%A9%21%28x%29");
}

TEST_F(Forms, XmlAndShell) {
  Learn("X", "it's <\"a\"> & $b");
  ExpectMasked("it's &lt;&quot;a&quot;&gt; &amp; $b");
  ExpectMasked("it&#39;s &lt;&quot;a&quot;&gt; &amp; $b");
  ExpectMasked("it&#39;s &lt;&#34;a&#34;&gt; &amp; $b");
  ExpectMasked("it'\\''s <\"a\"> & $b");
  ExpectMasked("it's <\\\"a\\\"> & \\$b");
}

TEST_F(Forms, Hex) {
  Learn("X", "\xff\x01Secret!");
  ExpectMasked("ff0153656372657421");
  ExpectMasked("FF0153656372657421");
}

std::string Base64(std::string_view in, bool url_safe, bool padded) {
  const std::string_view letters =
      url_safe ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
               : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : in) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += letters[bits >> (count - 6) & 63];
  }
  if (count > 0) out += letters[bits << (6 - count) & 63];
  while (padded && out.size() % 4 != 0) out += '=';
  return out;
}

// actions/runner#291: the padded form was registered, and base64 of the secret with more behind
// leaked.
TEST_F(Forms, Base64WhateverStandsAround) {
  const std::string secret = "\xfb\xff?>s3cr3t~";
  Learn("X", secret);
  for (const bool url_safe : {false, true}) {
    for (std::size_t before = 0; before < 7; ++before) {
      for (std::size_t behind = 0; behind < 7; ++behind) {
        const std::string text = std::string(before, 'u') + secret + std::string(behind, 'v');
        const std::string masked = Masked(Base64(text, url_safe, before % 2 == 0));
        EXPECT_NE(masked.find("[masked:X]"), std::string::npos) << before << " " << behind;
        // What remains of it are characters in which a neighbour has a share.
        const std::size_t kept = masked.size() - std::string_view("[masked:X]").size();
        const std::size_t rest = (before + secret.size()) % 3;
        const std::size_t right = behind == 0 ? 2 : (rest + behind + 2) / 3 * 4;
        EXPECT_LE(kept, (before + 2) / 3 * 4 + right) << before << " " << behind;
      }
    }
  }
}

TEST_F(Forms, Base64OfTheValueAloneLeavesNothing) {
  for (const std::string_view secret : {"s3cr3t-8", "s3cr3t-89", "s3cr3t-890"}) {
    Learn("X", secret);
    EXPECT_EQ(Masked(Base64(secret, false, false)), "[masked:X]") << secret;
  }
}

constexpr std::string_view kPem =
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg/Kqh\nk1G9w0+AQEFAASC\n}\n-----END PRIVATE "
    "KEY-----\n";

// actions/runner#161, vault-action#208: only the whole of it was looked for.
TEST_F(Forms, EachLineOfSeveral) {
  Learn("X", kPem);
  ExpectMasked("MIIEvQIBADANBg/Kqh");
  ExpectMasked("MIIEvQIBADANBg\\/Kqh");
  ExpectMasked("k1G9w0+AQEFAASC");
  ExpectMasked(kPem.substr(0, kPem.size() - 1));
  EXPECT_EQ(Masked("MIIEvQIBADANBg/Kqh\r\n  k1G9w0+AQEFAASC\r\n"),
            "[masked:X]\r\n  [masked:X]\r\n");
}

TEST_F(Forms, NewlinesAsOthersWriteThem) {
  Learn("X", "first-l1ne\nsecond-l1ne");
  ExpectMasked("first-l1ne\r\nsecond-l1ne");
  ExpectMasked("first-l1ne\\nsecond-l1ne");
  ExpectMasked("first-l1ne\\r\\nsecond-l1ne");
  Learn("X", "third-l1ne\r\nfourth-l1ne");
  ExpectMasked("third-l1ne\nfourth-l1ne");
}

TEST_F(Forms, LinesOfAKeyInsideJson) {
  Learn("X", R"({"private_key":"-----BEGIN KEY-----\nMIIEvQIBADANBgKqh1\nk1G9w0AQEFAASC22\n"})");
  ExpectMasked("MIIEvQIBADANBgKqh1");
  ExpectMasked("k1G9w0AQEFAASC22");
}

// actions/runner#326: lines of one character masked every "e".
TEST_F(Forms, NoShortOrCommonLine) {
  Learn("X", "{\n  a\n  production\n  certificate\n12345678\n--------\nreal-s3cr3t\n}");
  const std::string_view text =
      "a } production certificate 12345678 -------- -----BEGIN PRIVATE KEY-----";
  EXPECT_EQ(Masked(text), text);
  ExpectMasked("real-s3cr3t");
}

// kubernetes#23404: a newline at the end is delivered, and never printed with the value.
TEST_F(Forms, WithoutTheWhiteSpaceAround) {
  Learn("X", " s3cr3t-value\n");
  ExpectMasked("s3cr3t-value");
}

TEST_F(Forms, WithoutQuotationMarks) {
  Learn("X", "\"s3cr3t-value\"");
  ExpectMasked("s3cr3t-value");
}

TEST_F(Forms, InvalidUtf8AsNodeReadsIt) {
  Learn("X", "s3cr3t\xff\xe2\x82-end");
  ExpectMasked("s3cr3t\xef\xbf\xbd\xef\xbf\xbd-end");
  ExpectMasked("s3cr3t\xff\xe2\x82-end");
}

TEST_F(Forms, ThePasswordOfAUrl) {
  EXPECT_EQ(Learn("X", "postgres://app:p%40ss-w0rd@db:5432/x"), "");
  ExpectMasked("p%40ss-w0rd");
  ExpectMasked("p@ss-w0rd");
  ExpectMasked("cEBzcy13MHJk");
  EXPECT_EQ(Masked("postgres://app@db:5432/x"), "postgres://app@db:5432/x");
}

TEST_F(Forms, TooShortOrTooCommonIsToldByName) {
  EXPECT_EQ(Learn("PIN", "1234567"),
            "the secret \"PIN\" is shorter than 8 bytes: it is not masked in what the application "
            "prints");
  EXPECT_NE(Learn("MODE", "Production").find("\"MODE\" is too common a word"), std::string::npos);
  EXPECT_NE(Learn("STARS", "********"), "");
  EXPECT_NE(Learn("DATE", "20260131"), "");
  EXPECT_NE(Learn("URL", "redis://:short@cache:6379").find("the password in the URL of"),
            std::string::npos);
  EXPECT_EQ(Learn("EMPTY", ""), "") << "there is nothing to mask";
  EXPECT_EQ(Learn("GOOD", "hunter2hunter2"), "");
  const std::string_view text = "1234567 Production ******** 20260131 short";
  EXPECT_EQ(Masked(text), text);
}

}  // namespace
}  // namespace nodeward
