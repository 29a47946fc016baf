// Which names an address has, for how long, and how many are kept. The clock is the test's own.
#include "judge/name_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace nodeward {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

IpAddress Ip(unsigned number) {
  IpAddress address;
  address.bytes = {10, static_cast<std::uint8_t>(number >> 16),
                   static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return address;
}

std::vector<ResolvedAddress> Answer(unsigned first, unsigned count = 1, seconds ttl = minutes(1)) {
  std::vector<ResolvedAddress> answer;
  for (unsigned i = 0; i < count; ++i) answer.push_back({Ip(first + i), ttl});
  return answer;
}

class NameTableTest : public testing::Test {
 protected:
  NameTable::Clock::time_point now_{hours(1)};
  NameTable table_{[this] { return now_; }};
};

TEST_F(NameTableTest, NamesOfAnAddress) {
  table_.Put("b.example.com", Answer(1));
  table_.Put("a.example.com", Answer(1, 2));
  EXPECT_THAT(table_.NamesOf(Ip(1)), ElementsAre("a.example.com", "b.example.com"));
  EXPECT_THAT(table_.NamesOf(Ip(2)), ElementsAre("a.example.com"));
  EXPECT_THAT(table_.NamesOf(Ip(3)), IsEmpty());
  IpAddress v6 = Ip(1);
  v6.v6 = true;
  EXPECT_THAT(table_.NamesOf(v6), IsEmpty());
  EXPECT_TRUE(table_.Has("a.example.com"));
  EXPECT_FALSE(table_.Has("example.com"));
}

TEST_F(NameTableTest, GoodForTheTtlAndAGrace) {
  table_.Put("a", Answer(1, 1, minutes(2)));
  now_ += minutes(2) + NameTable::kGrace - seconds(1);
  EXPECT_THAT(table_.NamesOf(Ip(1)), ElementsAre("a"));
  EXPECT_TRUE(table_.Has("a"));
  now_ += seconds(1);
  EXPECT_THAT(table_.NamesOf(Ip(1)), IsEmpty());
  EXPECT_FALSE(table_.Has("a"));
}

TEST_F(NameTableTest, TtlsAreClamped) {
  table_.Put("none", Answer(1, 1, seconds(0)));
  table_.Put("negative", Answer(2, 1, seconds(-7)));
  table_.Put("years", Answer(3, 1, seconds(0x7fffffff)));
  now_ += NameTable::kMinTtl + NameTable::kGrace - seconds(1);
  EXPECT_TRUE(table_.Has("none") && table_.Has("negative"));
  now_ += seconds(1);
  EXPECT_FALSE(table_.Has("none") || table_.Has("negative"));
  now_ += NameTable::kMaxTtl;
  EXPECT_FALSE(table_.Has("years"));
}

TEST_F(NameTableTest, AnswersAddUp) {
  table_.Put("balanced", Answer(1));
  now_ += minutes(5);
  table_.Put("balanced", Answer(2));
  EXPECT_THAT(table_.NamesOf(Ip(1)), ElementsAre("balanced"));
  now_ += minutes(6);  // the first has ended
  EXPECT_THAT(table_.NamesOf(Ip(1)), IsEmpty());
  EXPECT_THAT(table_.NamesOf(Ip(2)), ElementsAre("balanced"));
  table_.Put("balanced", Answer(1));
  EXPECT_THAT(table_.NamesOf(Ip(1)), ElementsAre("balanced"));
}

TEST_F(NameTableTest, AShorterAnswerTakesNothingBack) {
  table_.Put("a", Answer(1, 1, hours(1)));
  table_.Put("a", Answer(1, 1, seconds(5)));
  now_ += minutes(30);
  EXPECT_TRUE(table_.Has("a"));
}

TEST_F(NameTableTest, TheAddressesOfANameAreBounded) {
  constexpr unsigned kMost = NameTable::kMaxAddressesOfName;
  table_.Put("many", Answer(0, 10, seconds(5)));
  table_.Put("many", Answer(10, kMost));
  for (const unsigned gone : {0U, 9U}) EXPECT_THAT(table_.NamesOf(Ip(gone)), IsEmpty());
  for (const unsigned kept : {10U, kMost + 9}) {
    EXPECT_THAT(table_.NamesOf(Ip(kept)), ElementsAre("many"));
  }
}

TEST_F(NameTableTest, AllAddressesAreBoundedAndTheOldestNameGoes) {
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  for (unsigned i = 0; i < names.size(); ++i) table_.Put(names[i], Answer(i * 4096, 4096));
  table_.Put("a", Answer(0));  // answered again: "b" is the oldest now
  table_.Put("e", Answer(4 * 4096, 4096));
  EXPECT_FALSE(table_.Has("b"));
  EXPECT_THAT(table_.NamesOf(Ip(4096)), IsEmpty());
  for (const char* name : {"a", "c", "d", "e"}) EXPECT_TRUE(table_.Has(name)) << name;
}

TEST_F(NameTableTest, NamesAreBounded) {
  for (unsigned i = 0; i <= NameTable::kMaxNames; ++i) table_.Put(std::to_string(i), Answer(7));
  EXPECT_FALSE(table_.Has("0"));
  EXPECT_TRUE(table_.Has("1"));
  EXPECT_EQ(table_.NamesOf(Ip(7)).size(), NameTable::kMaxNames);
}

TEST(NameTable, ManyThreads) {
  NameTable table;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&table, t] {
      for (unsigned i = 0; i < 2000; ++i) {
        table.Put(std::to_string(i % 50), Answer(t * 100 + i % 100, 10));
        table.NamesOf(Ip(i % 400));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(table.NamesOf(Ip(5)).empty(), false);
}

}  // namespace
}  // namespace nodeward
