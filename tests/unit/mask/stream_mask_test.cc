#include "mask/stream_mask.h"

#include <gtest/gtest.h>

#include <random>

#include "mask/forms.h"
#include "support/naive_mask.h"

namespace nodeward {
namespace {

std::shared_ptr<Mask> Knowing(std::vector<SecretView> secrets) {
  auto mask = std::make_shared<Mask>();
  mask->Learn(secrets);
  return mask;
}

std::string Feed(StreamMask& stream, std::string_view bytes) {
  std::string out;
  stream.Feed(bytes, out);
  return out;
}

std::string Flush(StreamMask& stream) {
  std::string out;
  stream.Flush(out);
  return out;
}

std::vector<NaiveNeedle> NeedlesOf(const Mask& mask) {
  NeedleList list;
  mask.matcher()->AddTo(list);
  std::vector<NaiveNeedle> needles;
  for (const Needle& needle : list.needles()) {
    needles.push_back({std::string(list.Bytes(needle)), list.names()[needle.name]});
  }
  return needles;
}

TEST(StreamMask, ReplacesAndLeavesTheRest) {
  StreamMask stream(Knowing({{"TOKEN", "s3cr3t-t0k3n"}}));
  EXPECT_EQ(Feed(stream, "before s3cr3t-t0k3n after\n"), "before [masked:TOKEN] after\n");
  EXPECT_FALSE(stream.Holds());
}

TEST(StreamMask, HoldsBackOnlyWhatCouldBecomeANeedle) {
  StreamMask stream(Knowing({{"TOKEN", "s3cr3t-t0k3n"}}));
  EXPECT_EQ(Feed(stream, "a s3cr3tX s3cr3t-"), "a s3cr3tX ");
  EXPECT_TRUE(stream.Holds());
  EXPECT_EQ(Feed(stream, "t0k3"), "");
  EXPECT_EQ(Feed(stream, "n!"), "[masked:TOKEN]!");
  EXPECT_EQ(Feed(stream, "s"), "") << "one byte is a begin, too";
  EXPECT_EQ(Feed(stream, "3cr3t?"), "s3cr3t?");
}

TEST(StreamMask, SplitAnywhere) {
  const std::string text = "x s3cr3t-t0k3n y";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (std::size_t j = i; j <= text.size(); ++j) {
      StreamMask stream(Knowing({{"TOKEN", "s3cr3t-t0k3n"}}));
      std::string out;
      stream.Feed(text.substr(0, i), out);
      stream.Feed(text.substr(i, j - i), out);
      stream.Feed(text.substr(j), out);
      stream.Flush(out);
      EXPECT_EQ(out, "x [masked:TOKEN] y") << i << " " << j;
    }
  }
}

// dotenvx, buildkite: a prompt that ends like a secret begins stays invisible.
TEST(StreamMask, AnIdleMomentGivesOutWhatIsHeldAndTheRestIsMaskedAllTheSame) {
  StreamMask stream(Knowing({{"TOKEN", "s3cr3t-t0k3n"}}));
  EXPECT_EQ(Feed(stream, "continue? s"), "continue? ");
  EXPECT_EQ(Flush(stream), "s");
  EXPECT_FALSE(stream.Holds());
  EXPECT_EQ(Feed(stream, "3cr3t-t0k3n."), "[masked:TOKEN].");
}

// dotenvx, varlock, teller: replacing one after the other leaves ends of overlapping secrets.
TEST(StreamMask, OverlapsBecomeOne) {
  const std::vector<SecretView> secrets = {{"A", "abcdefghijkl"}, {"B", "ghijklmnopqr"}};
  StreamMask stream(Knowing(secrets));
  EXPECT_EQ(Feed(stream, "<abcdefghijklmnopqr>"), "<[masked:A]>");
  EXPECT_EQ(Feed(stream, "<abcdefghijklabcdefghijklghijklmnopqr>"), "<[masked:A][masked:B]>");
  StreamMask cut(Knowing(secrets));
  EXPECT_EQ(Feed(cut, "<abcdefghijkl"), "<[masked:A]") << "decided, though more may follow";
  EXPECT_EQ(Feed(cut, "mnopqr>"), ">");
}

TEST(StreamMask, OneThatHoldsAnother) {
  StreamMask stream(Knowing({{"INNER", "secret-part"}, {"OUTER", "the-secret-part-of"}}));
  EXPECT_EQ(Feed(stream, "the-secret-part-of it, secret-part."),
            "[masked:OUTER] it, [masked:INNER].");
  EXPECT_EQ(Feed(stream, "the-secret-part-"), "");
  EXPECT_EQ(Feed(stream, "x"), "the-[masked:INNER]-x");
}

// varlock, teller: decoding breaks what is no UTF-8, or stops there.
TEST(StreamMask, BinaryPassesUnchanged) {
  std::string text;
  for (int i = 0; i < 70000; ++i) text += static_cast<char>(i * 7 & 255);
  StreamMask stream(Knowing({{"TOKEN", "s3cr3t-t0k3n"}}));
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 13) {
    stream.Feed(std::string_view(text).substr(i, 13), out);
  }
  stream.Flush(out);
  EXPECT_TRUE(out == text);
  EXPECT_EQ(Feed(stream, "\xff\xc3s3cr3t-t0k3n\xe2\x82"), "\xff\xc3[masked:TOKEN]\xe2\x82");
}

TEST(StreamMask, ALongValueIsMaskedWhole) {
  std::string value;
  std::mt19937 random(7);
  for (int i = 0; i < 100000; ++i) value += static_cast<char>('!' + random() % 90);
  StreamMask stream(Knowing({{"LONG", value}}));
  std::string out;
  stream.Feed("<" + value + ">", out);
  stream.Flush(out);
  EXPECT_EQ(out, "<[masked:LONG]>");
}

TEST(StreamMask, WhatWasLearntLaterCountsAndWhatWasBeforeStays) {
  auto mask = Knowing({{"TOKEN", "s3cr3t-t0k3n"}});
  StreamMask stream(mask);
  EXPECT_EQ(Feed(stream, "s3cr3t-t0"), "");
  const SecretView next{"TOKEN", "n3w-s3cr3t-1"};
  mask->Learn({&next, 1});
  EXPECT_EQ(Feed(stream, "k3n n3w-s3cr3t-1 "), "[masked:TOKEN] [masked:TOKEN] ");
}

// Random needles of few letters over random text of the same: many overlaps, many near misses.
TEST(StreamMask, AsTheNaiveReference) {
  std::mt19937 random(20260131);
  const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
  for (int round = 0; round < 600; ++round) {
    const std::size_t letters = 1 + below(4);
    const auto word = [&](std::size_t size) {
      std::string text;
      for (std::size_t i = 0; i < size; ++i) text += "a\"/\n"[below(letters)];
      return text;
    };
    std::vector<std::string> values;
    for (std::size_t i = 0; i < 1 + below(5); ++i) values.push_back(word(8 + below(30)));
    auto mask = std::make_shared<Mask>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const SecretView secret{i % 2 == 0 ? "EVEN" : "ODD", values[i]};
      mask->Learn({&secret, 1});
    }
    std::string text;
    while (text.size() < 400) {
      const std::string& value = values[below(values.size())];
      text += below(2) == 0 ? word(below(12)) : value.substr(0, below(value.size() + 1));
    }
    StreamMask stream(mask);
    std::string out;
    std::vector<std::size_t> flushes;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = std::min(1 + below(60), text.size() - at);
      stream.Feed(std::string_view(text).substr(at, size), out);
      at += size;
      if (below(8) != 0) continue;
      stream.Flush(out);
      flushes.push_back(at);
    }
    stream.Flush(out);
    ASSERT_EQ(out, NaiveMask(text, NeedlesOf(*mask), flushes)) << "round " << round;
  }
}

}  // namespace
}  // namespace nodeward
