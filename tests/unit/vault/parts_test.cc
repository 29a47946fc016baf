// The pieces below the age file: identities, bech32, base64, key derivation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <string>
#include <string_view>

#include "unit/vault/support.h"
#include "vault/armor.h"
#include "vault/base64.h"
#include "vault/bech32.h"
#include "vault/hkdf.h"
#include "vault/identity.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::Not;

// An identity of the C2SP test kit; it opens nothing but test vectors.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

AgeResult<Identities> Parse(std::string_view text) {
  return ParseIdentities(SecretBuffer::Copy(text), "/etc/nodeward/id.txt");
}

std::string FromHex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t length = 0;
  sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                 hex.size(), nullptr, &length, nullptr);
  return bytes;
}

TEST(IdentityFile, TakesCommentsEmptyLinesAndCrlf) {
  const std::string key(kIdentity);
  EXPECT_EQ(Parse(key)->size(), 1u);
  EXPECT_EQ(Parse("# created: now\n# public key: age1x\n\n" + key + "\n")->size(), 1u);
  EXPECT_EQ(Parse(key + "\r\n\r\n# two\r\n" + key + "\r\n")->size(), 2u);
}

TEST(IdentityFile, MistakesHaveTheirOwnWords) {
  struct Mistake {
    std::string text;
    const char* where;
    const char* what;
  };
  const std::string key(kIdentity);
  for (const Mistake& mistake :
       {Mistake{"# key\nage1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n", "2:1",
                "a recipient (public key)"},
        Mistake{"AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ", "1:1", "a post-quantum identity"},
        Mistake{"AGE-PLUGIN-YUBIKEY-1XXXX", "1:1", "an age plugin"},
        Mistake{"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=", "1:1", "PEM key"},
        Mistake{"ssh-ed25519 AAAA me@host", "1:1", "an SSH public key"},
        Mistake{"age-encryption.org/v1\n-> scrypt", "1:1", "encrypted itself"},
        Mistake{"-----BEGIN AGE ENCRYPTED FILE-----\n", "1:1", "encrypted itself"},
        Mistake{key + "\nhunter2\n", "2:1", "not an age identity"},
        Mistake{" " + key, "1:1", "not an age identity"},
        Mistake{key + " ", "1:1", "a damaged identity"},
        Mistake{key.substr(0, key.size() - 1), "1:1", "a damaged identity"},
        Mistake{"# nothing\n", "1:1", "holds no identity"}}) {
    SCOPED_TRACE(mistake.what);
    const AgeResult<Identities> refused = Parse(mistake.text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().failure, AgeFailure::kIdentity);
    EXPECT_EQ(refused.error().error.where, std::string("/etc/nodeward/id.txt:") + mistake.where);
    EXPECT_THAT(refused.error().error.what, HasSubstr(mistake.what));
    EXPECT_THAT(FormatError(refused.error().error), Not(HasSubstr("EGTZVFF")));
    EXPECT_THAT(FormatError(refused.error().error), Not(HasSubstr("hunter2")));
  }
}

// BIP 173: the checksum finds each change of one character; age writes upper case only.
TEST(Bech32, EveryChangedCharacterIsNoticed) {
  ASSERT_TRUE(DecodeBech32(kIdentity, "AGE-SECRET-KEY-"));
  EXPECT_EQ(DecodeBech32(kIdentity, "AGE-SECRET-KEY-")->size(), 32u);
  EXPECT_FALSE(DecodeBech32(kIdentity, "AGE-SECRET-KEY"));
  EXPECT_FALSE(DecodeBech32("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-"));
  for (std::size_t i = 0; i < kIdentity.size(); ++i) {
    for (const char c : std::string_view("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L1qpBIO-\n")) {
      std::string text(kIdentity);
      if (text[i] == c) continue;
      text[i] = c;
      EXPECT_FALSE(DecodeBech32(text, "AGE-SECRET-KEY-")) << i << c;
    }
  }
}

TEST(Base64, HasOneFormForEachValue) {
  EXPECT_EQ(DecodeBase64("", Base64::kUnpadded), "");
  EXPECT_EQ(DecodeBase64("Zm9vYmE", Base64::kUnpadded), "fooba");
  EXPECT_EQ(DecodeBase64("Zm9vYmE=", Base64::kPadded), "fooba");
  for (const char* text : {"Zm9vYmE=", "Zm9vYmF", "Z", "Zm9v\n", "Zm9 v", "Zm-v", "Zm_v", "Zg=="}) {
    EXPECT_FALSE(DecodeBase64(text, Base64::kUnpadded)) << text;
  }
  for (const char* text : {"Zm9vYmE", "Zm9vYmF=", "Zg=", "Zg", "Zg===", "Zm9v====", "=", "===="}) {
    EXPECT_FALSE(DecodeBase64(text, Base64::kPadded)) << text;
  }
}

// Every byte that is none of the alphabet, at every place of a group.
TEST(Base64, TakesItsAlphabetOnly) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    const bool fits = kAlphabet.find(static_cast<char>(byte)) != std::string_view::npos;
    for (std::size_t place = 0; place < 4; ++place) {
      std::string text = "AAAA";
      text[place] = static_cast<char>(byte);
      EXPECT_EQ(DecodeBase64(text, Base64::kUnpadded).has_value(), fits) << byte;
    }
  }
}

// RFC 5869, appendix A, test cases 1 and 3: the first 32 of their 42 bytes.
TEST(Hkdf, MatchesTheRfc) {
  const SecretBuffer secret = SecretBuffer::Copy(std::string(22, '\x0b'));
  EXPECT_EQ(
      HkdfSha256(secret, FromHex("000102030405060708090a0b0c"), FromHex("f0f1f2f3f4f5f6f7f8f9"))
          .view(),
      FromHex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
  EXPECT_EQ(HkdfSha256(secret, "", "").view(),
            FromHex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
}

TEST(Armor, WhiteSpaceAroundItHasALimit) {
  const std::string file =
      "-----BEGIN AGE ENCRYPTED FILE-----\r\nZm9v\r\n"
      "-----END AGE ENCRYPTED FILE-----\r\n";
  EXPECT_EQ(DecodeArmor(file).value_or(""), "foo");
  EXPECT_EQ(DecodeArmor(std::string(1024, '\n') + file + std::string(1024, ' ')).value_or(""),
            "foo");
  EXPECT_FALSE(DecodeArmor(std::string(1025, '\n') + file));
  EXPECT_FALSE(DecodeArmor(file + std::string(1025, '\n')));
  const AgeResult<std::string> damaged = DecodeArmor("\n\n" + file + "x");
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().error.what, HasSubstr("line 6: text after the END line"));
}

}  // namespace
}  // namespace nodeward
