// A vault's values in a text, by name and place.
#include "vault/value_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

ValueSearch Of(std::initializer_list<std::pair<const char*, std::string_view>> values) {
  Secrets secrets;
  for (const auto& [name, value] : values) secrets.push_back({name, SecretBuffer::Copy(value)});
  return ValueSearch(std::move(secrets));
}

std::vector<std::pair<std::string, std::size_t>> Found(const ValueSearch& search,
                                                       std::string_view text) {
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const FoundValue& value : search.Search(text)) found.emplace_back(value.name, value.at);
  return found;
}

TEST(ValueSearch, EachPlaceOfEachValue) {
  const ValueSearch search = Of({{"A", "abcdefgh"}, {"B", "abcdefghij"}, {"C", "12345678"}});
  EXPECT_THAT(Found(search, "abcdefghij 12345678 abcdefgh"),
              UnorderedElementsAre(Pair("A", 0), Pair("B", 0), Pair("C", 11), Pair("A", 20)));
  EXPECT_THAT(Found(search, "abcdefgi 1234567"), IsEmpty());
  EXPECT_THAT(Found(search, ""), IsEmpty());
  EXPECT_THAT(search.too_short(), IsEmpty());
}

TEST(ValueSearch, TheLongestOfSeveralLines) {
  const ValueSearch search = Of({{"KEY", "begin\r\nthe-long-line\r\nend\r\n"}});
  EXPECT_THAT(Found(search, "x the-long-line\n"), ElementsAre(Pair("KEY", 2)));
}

TEST(ValueSearch, WhatIsTooShortIsNamed) {
  const ValueSearch search = Of({{"EMPTY", ""}, {"TINY", "1234567"}, {"LINES", "a\nb\nc"}});
  EXPECT_THAT(search.too_short(), ElementsAre("EMPTY", "TINY", "LINES"));
  EXPECT_THAT(Found(search, "1234567 a b c"), IsEmpty());
}

}  // namespace
}  // namespace nodeward
