// Every code of codes.h has a text, and every text a code.
#include "events/code_texts.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace nodeward {
namespace {

std::vector<std::string> CodesOfTheHeader() {
  std::ifstream file(NODEWARD_SOURCE_DIR "/src/events/codes.h");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string before = "= \"NW";
  std::vector<std::string> codes;
  for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
    codes.push_back(text.substr(at + 3, 5));
  }
  return codes;
}

TEST(CodeTexts, AreThoseOfTheHeaderInItsOrder) {
  const std::vector<std::string> codes = CodesOfTheHeader();
  ASSERT_GT(codes.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(codes));
  std::vector<std::string> texts;
  for (const CodeText& text : CodeTexts()) texts.emplace_back(text.code);
  EXPECT_EQ(texts, codes);
}

TEST(CodeTexts, SayWhatWhyAndWhatToDo) {
  for (const CodeText& text : CodeTexts()) {
    SCOPED_TRACE(text.code);
    EXPECT_FALSE(text.title.empty());
    EXPECT_FALSE(text.title.ends_with('.'));
    for (const std::string_view part : {text.what, text.why, text.act}) {
      EXPECT_GT(part.size(), 40u);
      EXPECT_TRUE(part.ends_with('.')) << part;
      EXPECT_EQ(part.find("  "), std::string_view::npos) << part;
    }
  }
}

TEST(CodeTexts, AreFoundInAnyLetters) {
  ASSERT_NE(FindCodeText("NW201"), nullptr);
  EXPECT_EQ(FindCodeText("nw201"), FindCodeText("NW201"));
  for (const char* none : {"", "NW", "NW200", "NW2011", "201", "NW201 "}) {
    EXPECT_EQ(FindCodeText(none), nullptr) << none;
  }
}

}  // namespace
}  // namespace nodeward
