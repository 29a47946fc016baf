#include "profile/document.h"

#include <gtest/gtest.h>

#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

TEST(Document, KeepsTheOrderOfTheFile) {
  const Source source{"a.toml", "z = 1\na = 2\n[m]\nx = 3\n", {}};
  const auto document = ParseDocument(source);
  ASSERT_TRUE(document.has_value());
  ASSERT_EQ(document->members.size(), 3u);
  EXPECT_EQ(document->members[0].name, "z");
  EXPECT_EQ(document->members[1].name, "a");
  EXPECT_EQ(document->members[2].name, "m");
  EXPECT_EQ(document->members[1].value.where.Text(), "a.toml:2:5");
}

TEST(Document, SyntaxErrorShowsItsLine) {
  const Source source{"a.toml", "[limits]\nmemory = \"512M\ncpu = 1\n", {}};
  const auto document = ParseDocument(source);
  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(document.error().where, "a.toml:2:15");
  EXPECT_EQ(document.error().what.rfind("not valid TOML: ", 0), 0u);
  EXPECT_EQ(document.error().excerpt, "memory = \"512M\n              ^");
}

TEST(Document, SameKeyTwiceIsASyntaxError) {
  const auto document = ParseDocument({"a.toml", "[limits]\npids = 1\npids = 2\n", {}});
  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(document.error().where, "a.toml:3:8");
}

TEST(Document, RefusesInvalidUtf8AndDeepNesting) {
  EXPECT_FALSE(ParseDocument({"a.toml", "a = \"\xff\xfe\"\n", {}}).has_value());
  EXPECT_FALSE(ParseDocument({"a.toml", "a = " + std::string(100000, '['), {}}).has_value());
}

TEST(Document, WrongTableNamesAreSyntaxErrors) {
  for (const char* text :
       {"[&x]", "[", "[]", "[[", "[a", "[a.]", "[a]]", "[ [a]]", "[\"\"\"a\"\"\"]"}) {
    EXPECT_FALSE(ParseDocument({"a.toml", text, {}}).has_value()) << text;
  }
}

TEST(Document, LettersBeyondAsciiOutsideOfStringsAreSyntaxErrors) {
  for (const char* text : {"\xc3\xa9 = 1", "a\xc9\x99 = 1", "a = \xe2\x80\x94", "a = 1 \xc3\xbc",
                           "\xe1\x9a\x80\xc2\xa0x"}) {
    EXPECT_FALSE(ParseDocument({"a.toml", text, {}}).has_value()) << text;
  }
}

TEST(Excerpt, CountsCharactersNotBytes) {
  const auto applied = ApplyText("version = 1 # über\n[process]\nuser = \"ü:ü\" # ß\n");
  ASSERT_EQ(applied.errors.size(), 1u);
  EXPECT_EQ(applied.errors[0].excerpt, "user = \"ü:ü\" # ß\n       ^~~~~");
}

TEST(Excerpt, EscapesWhatATerminalWouldObey) {
  const Source source{"a.toml", "\x1b[2J = 1", {}};
  EXPECT_EQ(Excerpt(source, {"a.toml", 1, 2, 3}), "\\x1b[2J = 1\n    ^~~");
}

TEST(Excerpt, KeepsItsPlaceBehindTabsAndEscapes) {
  const Source source{"a.toml", "\t\xe2\x80\xae = bad\r\nnext", {}};
  EXPECT_EQ(Excerpt(source, {"a.toml", 1, 6, 3}), " \\u202e = bad\n          ^~~");
}

TEST(Excerpt, CutsLongLinesAroundThePlace) {
  const std::string text = "a = [" + std::string(500, 'x') + "HERE" + std::string(500, 'y') + "]";
  const std::string picture = Excerpt({"a.toml", text, {}}, {"a.toml", 1, 506, 4});
  EXPECT_LT(picture.size(), 260u);
  const std::size_t caret = picture.find('^') - picture.find('\n') - 1;
  EXPECT_EQ(picture.substr(caret, 4), "HERE");
  EXPECT_EQ(picture.substr(picture.find('^')), "^~~~");
}

TEST(Excerpt, OfAPlaceBeyondTheTextIsHarmless) {
  const Source source{"a.toml", "a", {}};
  EXPECT_EQ(Excerpt(source, {"a.toml", 9, 9, 9}), "\n^");
  EXPECT_EQ(Excerpt(source, {"a.toml", 1, 4000000000u, 4000000000u}), "a\n ^");
  EXPECT_EQ(Excerpt(source, {"a.toml", 0, 0, 0}), "");
}

}  // namespace
}  // namespace nodeward
