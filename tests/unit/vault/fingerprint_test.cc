// Which secrets changed, known without keeping one.
#include "vault/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace nodeward {
namespace {

using testing::ElementsAre;

Secrets Of(const std::vector<std::pair<std::string, std::string>>& values) {
  Secrets secrets;
  for (const auto& [name, value] : values) secrets.push_back({name, SecretBuffer::Copy(value)});
  return secrets;
}

TEST(Fingerprint, TellsWhatWasAddedChangedAndRemoved) {
  const Fingerprints prints;
  const auto before = prints.Of(Of({{"A", "1"}, {"B", "1"}, {"C", "1"}}));
  const auto after = prints.Of(Of({{"A", "1"}, {"B", "2"}, {"D", "1"}}));
  const SecretChanges changes = Fingerprints::Between(before, after);
  EXPECT_THAT(changes.changed, ElementsAre("B"));
  EXPECT_THAT(changes.added, ElementsAre("D"));
  EXPECT_THAT(changes.removed, ElementsAre("C"));
  EXPECT_FALSE(changes.None());
}

TEST(Fingerprint, TheSameValuesAreNoChange) {
  const Fingerprints prints;
  const auto values = Of({{"A", ""}, {"B", std::string("a\0b", 3)}});
  EXPECT_TRUE(Fingerprints::Between(prints.Of(values), prints.Of(values)).None());
}

TEST(Fingerprint, AByteBehindANulIsAChange) {
  const Fingerprints prints;
  const auto before = prints.Of(Of({{"A", std::string("a\0b", 3)}}));
  const auto after = prints.Of(Of({{"A", std::string("a\0c", 3)}}));
  EXPECT_THAT(Fingerprints::Between(before, after).changed, ElementsAre("A"));
}

TEST(Fingerprint, EachProcessHasAKeyOfItsOwn) {
  const auto value = Of({{"A", "1"}});
  EXPECT_NE(Fingerprints().Of(value), Fingerprints().Of(value));
}

}  // namespace
}  // namespace nodeward
