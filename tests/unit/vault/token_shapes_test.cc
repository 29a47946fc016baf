// Tokens told by their shapes. Every value here is made up.
#include "vault/token_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A body of the class, of this length.
std::string Body(TokenBody body, std::size_t size) {
  const std::string_view letters = body == TokenBody::kHexLower     ? "0a1b2c3d4e5f"
                                   : body == TokenBody::kUpperAlnum ? "Q7WERTY2UIOP3"
                                   : body == TokenBody::kBech32     ? "Q7PZRY9X8GF2TVDW0S3"
                                                                    : "q7WeRt2yUiOp3Kx";
  std::string text;
  for (std::size_t at = 0; at < size; ++at) text += letters[at % letters.size()];
  return text;
}

std::vector<std::string> Kinds(std::string_view text) {
  std::vector<std::string> kinds;
  for (const FoundToken& token : FindTokens(text)) kinds.emplace_back(token.kind);
  return kinds;
}

TEST(TokenShapes, EachIsFoundAndNothingNearby) {
  for (const TokenShape& shape : TokenShapes()) {
    SCOPED_TRACE(std::string(shape.kind) + " " + std::string(shape.start));
    EXPECT_FALSE(shape.source.empty());
    const std::string least = std::string(shape.start) + Body(shape.body, shape.least);
    for (const std::string& text : {least, "key = \"" + least + "\";\n", "x\n" + least + "\nx"}) {
      EXPECT_THAT(Kinds(text), ElementsAre(std::string(shape.kind))) << text;
    }
    const std::string most = std::string(shape.start) + Body(shape.body, shape.most);
    EXPECT_THAT(Kinds(most), ElementsAre(std::string(shape.kind)));
    EXPECT_THAT(Kinds(least.substr(0, least.size() - 1)), IsEmpty()) << "too short";
    EXPECT_THAT(Kinds(most + "Q"), IsEmpty()) << "too long";
    EXPECT_THAT(Kinds("a" + least), IsEmpty()) << "within a longer word";
    EXPECT_THAT(Kinds(shape.start), IsEmpty());
  }
}

TEST(TokenShapes, PlacesAreOfTheFirstByte) {
  const std::string token = "ghp_" + Body(TokenBody::kAlnum, 36);
  const auto found = FindTokens("one " + token + "\n" + token);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].at, 4u);
  EXPECT_EQ(found[1].at, 4 + token.size() + 1);
}

TEST(TokenShapes, PrivateKeys) {
  for (const char* label : {"", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "}) {
    const std::string text = std::string("-----BEGIN ") + label + "PRIVATE KEY-----\nMIIE";
    EXPECT_THAT(Kinds(text), ElementsAre("a private key")) << label;
  }
  for (const char* text : {"-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----",
                           "-----BEGIN a PRIVATE KEY-----", "-----END PRIVATE KEY-----",
                           "-----BEGIN ", "-----BEGIN PRIVATE KEY----"}) {
    EXPECT_THAT(Kinds(text), IsEmpty()) << text;
  }
}

TEST(TokenShapes, WebTokens) {
  const std::string part = "eyJ" + Body(TokenBody::kAlnum, 20);
  EXPECT_THAT(Kinds("Bearer " + part + "." + part + "." + Body(TokenBody::kAlnum, 43)),
              ElementsAre("a JSON web token"));
  for (const std::string& text : {part, part + "." + part, part + "." + part + ".",
                                  part + ".abcdefghijkl." + part, part + ".." + part}) {
    EXPECT_THAT(Kinds(text), IsEmpty()) << text;
  }
}

TEST(TokenShapes, LongRunsTakeNoLongerThanTheyAreLong) {
  for (const std::string unit :
       {"eyJ", "ghp_", "-----BEGIN ", "AIza-", "https://hooks.slack.com/services/"}) {
    std::string text;
    while (text.size() < (4u << 20)) text += unit;
    FindTokens(text);  // ctest's own limit ends what is not linear
  }
}

}  // namespace
}  // namespace nodeward
