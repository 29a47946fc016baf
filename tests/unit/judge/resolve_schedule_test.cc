// Which names are asked when: pauses, bounds and who waits for whom. Time is passed in.
#include "judge/resolve_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nodeward {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ScheduleTest : public testing::Test {
 protected:
  std::vector<std::string> Take() {
    std::vector<std::string> names;
    for (const ResolveQuestion& question : schedule_.TakeDue(now_)) {
      names.push_back(question.name + (question.absolute ? "." : ""));
    }
    return names;
  }

  ResolveSchedule::TimePoint now_{minutes(100)};
  ResolveSchedule schedule_;
};

const ResolveQuestion kApi{"api", false};

TEST_F(ScheduleTest, WatchedNamesAreAskedAtOnceAndWhenTheAnswerEnds) {
  EXPECT_EQ(schedule_.NextDue(), std::nullopt);
  schedule_.Watch({"api", "db"}, now_);
  EXPECT_EQ(schedule_.NextDue(), now_);
  EXPECT_THAT(Take(), ElementsAre("api", "db"));
  EXPECT_EQ(schedule_.NextDue(), std::nullopt) << "only an answer changes anything";
  EXPECT_FALSE(schedule_.Answered(kApi, minutes(5), now_));
  EXPECT_EQ(schedule_.NextDue(), now_ + minutes(5));
  now_ += minutes(5) - milliseconds(1);
  EXPECT_THAT(Take(), IsEmpty());
  now_ += milliseconds(1);
  EXPECT_THAT(Take(), ElementsAre("api"));
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ScheduleTest, WatchedTwiceIsWatchedOnce) {
  schedule_.Watch({"api", "api"}, now_);
  EXPECT_THAT(Take(), ElementsAre("api"));
  schedule_.Watch({"api"}, now_);
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ScheduleTest, PausesAfterFailuresDoubleToAMinuteAndStartAnew) {
  schedule_.Watch({"api"}, now_);
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    ASSERT_THAT(Take(), ElementsAre("api"));
    schedule_.Failed(kApi, "NXDOMAIN", false, now_);
    EXPECT_EQ(schedule_.NextDue(), now_ + seconds(pause));
    now_ += seconds(pause);
  }
  for (int i = 0; i < 100; ++i) {  // no shift beyond the type
    ASSERT_THAT(Take(), ElementsAre("api"));
    schedule_.Failed(kApi, "NXDOMAIN", false, now_);
    now_ += minutes(1);
  }
  Take();
  schedule_.Answered(kApi, seconds(5), now_);
  now_ += seconds(5);
  Take();
  schedule_.Failed(kApi, "NXDOMAIN", false, now_);
  EXPECT_EQ(schedule_.NextDue(), now_ + seconds(1));
}

TEST_F(ScheduleTest, ChangesAreToldOnce) {
  const auto fail = [this](bool good) {
    now_ += minutes(2);
    Take();
    return schedule_.Failed(kApi, "SERVFAIL", good, now_);
  };
  const auto answer = [this] {
    now_ += minutes(2);
    Take();
    return schedule_.Answered(kApi, seconds(5), now_);
  };
  schedule_.Watch({"api"}, now_);
  EXPECT_FALSE(answer()) << "that a name resolves is no news";
  EXPECT_FALSE(fail(true)) << "earlier answers hold";
  const auto first = fail(false);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->name, "api");
  EXPECT_EQ(first->why, "SERVFAIL");
  EXPECT_FALSE(fail(false));
  const auto again = answer();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->why, "");
  EXPECT_FALSE(answer());
}

TEST_F(ScheduleTest, WhatTheApplicationAsksIsJoinedAndBounded) {
  for (std::size_t i = 0; i < ResolveSchedule::kMaxAsked; ++i) {
    EXPECT_TRUE(schedule_.Ask("n" + std::to_string(i)));
  }
  EXPECT_FALSE(schedule_.Ask("one more"));
  EXPECT_TRUE(schedule_.Ask("n7")) << "it is being asked";
  EXPECT_THAT(Take(), SizeIs(ResolveSchedule::kMaxAskedInFlight));
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_EQ(schedule_.NextDue(), std::nullopt);
  EXPECT_FALSE(schedule_.Failed({"n0", true}, "NXDOMAIN", false, now_)) << "told of watched names";
  EXPECT_THAT(Take(), ElementsAre("n24."));
  EXPECT_TRUE(schedule_.Ask("n0")) << "it has ended";
}

TEST_F(ScheduleTest, QuestionsOfTheApplicationLeaveRoomForWatchedNames) {
  for (int i = 0; i < 100; ++i) schedule_.Ask("n" + std::to_string(i));
  Take();
  schedule_.Watch({"api", "db"}, now_);
  EXPECT_THAT(Take(), ElementsAre("api", "db"));
}

TEST_F(ScheduleTest, NotMoreInFlightThanTheBound) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("n" + std::to_string(i));
  schedule_.Watch(names, now_);
  const auto taken = Take();
  EXPECT_THAT(taken, SizeIs(ResolveSchedule::kMaxInFlight));
  EXPECT_EQ(schedule_.NextDue(), std::nullopt);
  schedule_.Answered({taken[0], false}, minutes(1), now_);
  EXPECT_THAT(Take(), SizeIs(1));
}

TEST_F(ScheduleTest, TheSameNameWatchedAndAsked) {
  schedule_.Watch({"api"}, now_);
  schedule_.Ask("api");
  EXPECT_THAT(Take(), ElementsAre("api", "api."));
  schedule_.Answered(kApi, minutes(1), now_);
  EXPECT_TRUE(schedule_.Pending("api"));
  schedule_.Answered({"api", true}, minutes(1), now_);
  EXPECT_FALSE(schedule_.Pending("api"));
}

TEST_F(ScheduleTest, AskedAgainOnAMissButNotMoreOftenThanEachSecond) {
  schedule_.Watch({"api", "db"}, now_);
  EXPECT_TRUE(schedule_.AskAgain(now_)) << "they are pending from the start";
  EXPECT_THAT(Take(), ElementsAre("api", "db")) << "once";
  schedule_.Answered(kApi, minutes(5), now_);
  schedule_.Failed({"db", false}, "NXDOMAIN", false, now_);
  now_ += milliseconds(999);
  EXPECT_FALSE(schedule_.AskAgain(now_));
  EXPECT_THAT(Take(), IsEmpty());
  now_ += milliseconds(1);
  EXPECT_TRUE(schedule_.AskAgain(now_));
  EXPECT_THAT(Take(), ElementsAre("api", "db"));
  EXPECT_TRUE(schedule_.AskAgain(now_)) << "they are being asked";
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ScheduleTest, WhoWaitsWaitsForWhatWasPendingThen) {
  schedule_.Watch({"api"}, now_);
  const auto upto = schedule_.last();
  EXPECT_FALSE(schedule_.Ended(upto));
  Take();
  schedule_.Ask("later");
  EXPECT_FALSE(schedule_.Ended(upto));
  schedule_.Answered(kApi, minutes(1), now_);
  EXPECT_TRUE(schedule_.Ended(upto));
  EXPECT_FALSE(schedule_.Ended(schedule_.last()));
  EXPECT_FALSE(schedule_.Pending("api"));
  EXPECT_TRUE(schedule_.Pending("later"));
  now_ += minutes(1);
  Take();
  EXPECT_TRUE(schedule_.Pending("api")) << "refreshed";
  EXPECT_TRUE(schedule_.Ended(upto));
}

}  // namespace
}  // namespace nodeward
