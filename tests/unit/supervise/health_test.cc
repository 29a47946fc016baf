// What the answers to health checks mean. Time is passed in: nothing waits.
#include "supervise/health.h"

#include <gtest/gtest.h>

#include "supervise/health_probe.h"

namespace nodeward {
namespace {

using std::chrono::seconds;

HealthPlan Planned() {
  HealthPlan plan;
  plan.interval = seconds(10);
  plan.start = seconds(30);
  plan.failures = 3;
  return plan;
}

class HealthTest : public testing::Test {
 protected:
  HealthTest() { state_.Begin(now_); }
  bool Answer(const std::string& why) { return state_.Take(why, now_); }
  HealthState::Clock::time_point now_{seconds(1000)};
  HealthState state_{Planned()};
};

TEST_F(HealthTest, TheFirstGoodAnswerMakesItHealthy) {
  EXPECT_EQ(state_.health(), Health::kStarting);
  EXPECT_FALSE(Answer("not yet"));
  EXPECT_TRUE(Answer(""));
  EXPECT_EQ(state_.health(), Health::kHealthy);
  EXPECT_FALSE(Answer(""));
}

TEST_F(HealthTest, FailuresInARowMakeItUnhealthyAndOneGoodAnswerHealthy) {
  Answer("");
  EXPECT_FALSE(Answer("one"));
  EXPECT_FALSE(Answer("two"));
  EXPECT_FALSE(Answer(""));
  EXPECT_FALSE(Answer("one"));
  EXPECT_FALSE(Answer("two"));
  EXPECT_TRUE(Answer("three"));
  EXPECT_EQ(state_.health(), Health::kUnhealthy);
  EXPECT_EQ(state_.why(), "three");
  EXPECT_FALSE(Answer("four"));
  EXPECT_EQ(state_.why(), "four");
  EXPECT_TRUE(Answer(""));
  EXPECT_EQ(state_.why(), "");
}

TEST_F(HealthTest, FailuresWhileItStartsDoNotCount) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(Answer("not yet"));
  now_ += seconds(30);
  EXPECT_FALSE(Answer("one"));
  EXPECT_FALSE(Answer("two"));
  EXPECT_TRUE(Answer("three"));
}

TEST_F(HealthTest, TheFirstGoodAnswerEndsTheStart) {
  Answer("");
  Answer("one");
  Answer("two");
  EXPECT_TRUE(Answer("three"));
}

TEST_F(HealthTest, ANewProcessBeginsAnew) {
  Answer("");
  for (const char* why : {"one", "two", "three"}) Answer(why);
  state_.Begin(now_);
  EXPECT_EQ(state_.health(), Health::kStarting);
  EXPECT_EQ(state_.why(), "");
  now_ += seconds(30);
  EXPECT_FALSE(Answer("one"));
}

TEST_F(HealthTest, AsksOftenWhileItStarts) {
  EXPECT_LT(state_.Pause(now_), seconds(1));
  EXPECT_EQ(state_.Pause(now_ + seconds(30)), seconds(10));
  Answer("");
  EXPECT_EQ(state_.Pause(now_), seconds(10));
}

TEST(StatusLine, From200To399) {
  for (const char* line :
       {"HTTP/1.1 200 OK", "HTTP/1.0 204", "HTTP/1.1 302 Found", "HTTP/1.1 399 "}) {
    EXPECT_EQ(JudgeStatusLine(line), "") << line;
  }
  EXPECT_EQ(JudgeStatusLine("HTTP/1.1 400 Bad"), "it answered with status 400");
  EXPECT_EQ(JudgeStatusLine("HTTP/1.1 199 Odd"), "it answered with status 199");
}

TEST(StatusLine, NothingElsePasses) {
  for (const char* line :
       {"", "HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/2 200", "HTTP/1.1200 OK",
        "http/1.1 200", " HTTP/1.1 200", "HTTP/1.1 +20", "HTTP/1.1 2\r0"}) {
    EXPECT_NE(JudgeStatusLine(line).find("which is no HTTP"), std::string::npos) << line;
  }
  EXPECT_EQ(JudgeStatusLine("\x1b[2J").find('\x1b'), std::string::npos);
  EXPECT_LT(JudgeStatusLine(std::string(500, 'x')).size(), 120u);
}

}  // namespace
}  // namespace nodeward
