#include "events/fold.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "events/format.h"

namespace nodeward {
namespace {

using std::chrono::milliseconds;

FoldKey Key(int call, std::string target = "") { return {call, 1, "node", std::move(target)}; }

std::function<Event()> Named(std::string message) {
  return [message = std::move(message)] {
    Event event;
    event.type = EventType::kViolation;
    event.severity = Severity::kWarn;
    event.message = message;
    event.With("kind", std::string("syscall")).With("count", std::int64_t{1});
    return event;
  };
}

class FolderTest : public testing::Test {
 protected:
  Folder::Clock Clock() {
    return [this] { return now_; };
  }
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(FolderTest, TellsTheFirstAtOnceAndCountsTheRest) {
  Folder folder(1024, Clock());
  EXPECT_TRUE(folder.Add(Key(1), Named("mount")));
  EXPECT_FALSE(folder.Pending());
  EXPECT_FALSE(folder.Add(Key(1), Named("mount")));
  EXPECT_FALSE(folder.Add(Key(1), Named("mount")));
  EXPECT_TRUE(folder.Pending());
  const auto events = folder.Flush();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].message, "mount");
  EXPECT_EQ(CountOf(events[0]), 2u);
  EXPECT_FALSE(folder.Pending());
  EXPECT_TRUE(folder.Flush().empty());
  EXPECT_EQ(folder.Total(), 3u);
}

TEST_F(FolderTest, TellsKeysApartByEveryPart) {
  Folder folder(1024, Clock());
  EXPECT_TRUE(folder.Add({1, 1, "node", "/a"}, Named("")));
  EXPECT_TRUE(folder.Add({2, 1, "node", "/a"}, Named("")));
  EXPECT_TRUE(folder.Add({1, 2, "node", "/a"}, Named("")));
  EXPECT_TRUE(folder.Add({1, 1, "sh", "/a"}, Named("")));
  EXPECT_TRUE(folder.Add({1, 1, "node", "/b"}, Named("")));
  EXPECT_FALSE(folder.Add({1, 1, "node", "/a"}, Named("")));
}

TEST_F(FolderTest, MakesTheEventOnceForEachKey) {
  Folder folder(1024, Clock());
  int made = 0;
  const auto make = [&made] {
    ++made;
    return Event{};
  };
  for (int i = 0; i < 100; ++i) folder.Add(Key(1), make);
  EXPECT_EQ(CountOf(folder.Flush().at(0)), 99u);
  for (int i = 0; i < 100; ++i) folder.Add(Key(1), make);
  EXPECT_EQ(CountOf(folder.Flush().at(0)), 100u);
  EXPECT_EQ(made, 1);
}

TEST_F(FolderTest, ForgetsAKeyAfterASilentSecond) {
  Folder folder(1024, Clock());
  EXPECT_TRUE(folder.Add(Key(1), Named("")));
  now_ += milliseconds(999);
  EXPECT_FALSE(folder.Add(Key(1), Named("")));
  folder.Flush();
  now_ += milliseconds(999);
  folder.Flush();
  EXPECT_FALSE(folder.Add(Key(1), Named("")));
  folder.Flush();
  now_ += milliseconds(1000);
  folder.Flush();
  EXPECT_TRUE(folder.Add(Key(1), Named("")));
  now_ += milliseconds(1000);
  EXPECT_TRUE(folder.Add(Key(1), Named(""))) << "without a Flush in between as well";
}

TEST_F(FolderTest, NeverForgetsACountThatWasNotTold) {
  Folder folder(1024, Clock());
  folder.Add(Key(1), Named(""));
  folder.Add(Key(1), Named(""));
  now_ += std::chrono::minutes(1);
  EXPECT_FALSE(folder.Add(Key(1), Named("")));
  EXPECT_EQ(CountOf(folder.Flush().at(0)), 2u);
}

TEST_F(FolderTest, TellsWhatWaitsAndForgetsTheKeys) {
  Folder folder(2, Clock());
  for (int i = 0; i < 5; ++i) folder.Add(Key(i), Named("x"));
  folder.Add(Key(0), Named("x"));
  std::uint64_t told = 0;
  for (const Event& event : folder.FlushAndForget()) told += CountOf(event);
  EXPECT_EQ(told, 3u);
  EXPECT_FALSE(folder.Pending());
  EXPECT_TRUE(folder.Add(Key(0), Named("x")));
  EXPECT_TRUE(folder.Add(Key(4), Named("x")));
  EXPECT_TRUE(folder.Add(Key(5), Named("x"))) << "the shared key was forgotten too";
}

TEST_F(FolderTest, SharesOneKeyBeyondTheCapacity) {
  Folder folder(1024, Clock());
  for (int i = 0; i < 1024; ++i) EXPECT_TRUE(folder.Add(Key(i), Named("told apart")));
  EXPECT_TRUE(folder.Add(Key(5000), Named("one")));
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(folder.Add(Key(6000 + i), Named("more")));
  EXPECT_FALSE(folder.Add(Key(3), Named("told apart"))) << "known keys stay known";
  const auto events = folder.Flush();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(CountOf(events[0]), 1u);
  EXPECT_EQ(events[0].message, "told apart");
  EXPECT_EQ(CountOf(events[1]), 9u);
  EXPECT_EQ(std::get<std::string>(*FindField(events[1], "kind")), "other");
  EXPECT_EQ(events[1].severity, Severity::kWarn);
}

TEST_F(FolderTest, FindsRoomAgainOnceKeysAreSilent) {
  Folder folder(2, Clock());
  folder.Add(Key(1), Named("1"));
  folder.Add(Key(2), Named("2"));
  EXPECT_TRUE(folder.Add(Key(3), Named("3")));
  EXPECT_FALSE(folder.Add(Key(4), Named("4")));
  now_ += milliseconds(1000);
  EXPECT_TRUE(folder.Add(Key(5), Named("5")));
  EXPECT_FALSE(folder.Add(Key(5), Named("5")));
  std::map<std::string, std::uint64_t> counts;
  for (const Event& event : folder.Flush()) counts[event.message] = CountOf(event);
  EXPECT_EQ(counts["5"], 1u);
  EXPECT_EQ(counts.size(), 2u) << "5 by itself, and 4 among the others";
}

TEST(Folder, LosesNoCountAmongThreads) {
  constexpr int kThreads = 8;
  constexpr std::uint64_t kEach = 100'000;
  Folder folder;
  std::atomic<std::uint64_t> told = 0;
  std::atomic<int> running = kThreads;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        // Some keys of all threads, and with the counter in them more than the folder tells apart.
        const FoldKey key = i % 2 == 0 ? Key(7) : Key(t, std::to_string(i % 1000));
        if (folder.Add(key, Named("x"))) told += 1;
      }
      --running;
    });
  }
  while (running > 0) {
    for (const Event& event : folder.Flush()) told += CountOf(event);
    for (const Event& event : folder.FlushAndForget()) told += CountOf(event);
  }
  for (std::thread& thread : threads) thread.join();
  for (const Event& event : folder.Flush()) told += CountOf(event);
  EXPECT_EQ(folder.Total(), kThreads * kEach);
  EXPECT_EQ(told.load(), kThreads * kEach);
  EXPECT_FALSE(folder.Pending());
}

}  // namespace
}  // namespace nodeward
