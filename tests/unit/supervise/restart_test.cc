// Whether and when the application starts again. Time and chance are passed in: nothing waits.
#include "supervise/restart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "kernel/architecture.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using Verdict = RestartPolicy::Verdict;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Ending kCrash{.signalled = false, .value = 1};
constexpr Ending kSuccess{.signalled = false, .value = 0};

SupervisePlan Planned(RestartWhen when = RestartWhen::kOnFailure) {
  SupervisePlan plan;
  plan.restart = when;
  plan.backoff = {milliseconds(200), milliseconds(30000)};
  plan.give_up = {5, milliseconds(60000)};
  return plan;
}

// A policy under a clock of its own.
class Life {
 public:
  explicit Life(SupervisePlan plan, double random = 0)
      : policy_(plan, [random] { return random; }) {}

  // Runs for `uptime`, ends so, and waits as long as it is told.
  RestartPolicy::Decision End(Ending ending, RestartPolicy::Clock::duration uptime) {
    now_ += uptime;
    const auto decision = policy_.Decide(ending, now_, uptime);
    now_ += decision.delay;
    return decision;
  }

 private:
  RestartPolicy policy_;
  RestartPolicy::Clock::time_point now_{seconds(1000)};
};

// With a random number of 0.5 the delay is three quarters of the step.
double Share(double random) { return 0.5 + 0.5 * random; }

SupervisePlan Patient() {
  SupervisePlan plan = Planned();
  plan.give_up = {1000, milliseconds(1000)};
  return plan;
}

TEST(Restart, AnEndThatWasWantedIsFollowedByAStartWhateverThePolicySays) {
  for (const RestartWhen when :
       {RestartWhen::kNever, RestartWhen::kOnFailure, RestartWhen::kAlways}) {
    SupervisePlan plan = Planned(when);
    plan.give_up = {2, milliseconds(60000)};
    RestartPolicy policy(plan, [] { return 0.0; });
    const RestartPolicy::Clock::time_point now{seconds(1000)};
    EXPECT_EQ(policy.Decide(kSuccess, now, seconds(1), true).verdict, Verdict::kRestart);
    EXPECT_EQ(policy.Decide({.signalled = false, .value = 9}, now, seconds(1), true).verdict,
              Verdict::kRestart);
    EXPECT_EQ(policy.Decide(kCrash, now, seconds(1), true).verdict, Verdict::kGiveUp)
        << "but not for ever";
  }
}

TEST(Restart, DelaysDoubleUpToTheMaximum) {
  Life life(Patient());
  const int steps[] = {200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000, 30000};
  for (const int step : steps) {
    const auto decision = life.End(kCrash, milliseconds(10));
    EXPECT_EQ(decision.verdict, Verdict::kRestart);
    EXPECT_EQ(decision.delay, milliseconds(step / 2)) << step;
  }
}

TEST(Restart, JitterIsBetweenHalfAndTheWhole) {
  for (const double random : {0.0, 0.25, 0.5, 0.9999}) {
    Life life(Patient(), random);
    for (const int step : {200, 400, 800}) {
      const auto delay = life.End(kCrash, milliseconds(1)).delay;
      EXPECT_EQ(delay.count(), static_cast<int>(step * Share(random)));
      EXPECT_GE(delay, milliseconds(step / 2));
      EXPECT_LT(delay, milliseconds(step));
    }
  }
}

TEST(Restart, AStableRunStartsTheBackoffAnew) {
  SupervisePlan plan = Planned();
  Life life(plan);
  for (int i = 0; i < 4; ++i) life.End(kCrash, milliseconds(1));
  // A run is stable when it lasts both maxima: here 60 s.
  EXPECT_EQ(life.End(kCrash, milliseconds(60000)).delay, milliseconds(100));
  EXPECT_EQ(life.End(kCrash, milliseconds(59999)).delay, milliseconds(200))
      << "one short of stable";
}

TEST(Restart, StableCountsTheLargerOfTheTwo) {
  SupervisePlan plan = Planned();
  plan.backoff.max = milliseconds(90000);
  Life life(plan);
  life.End(kCrash, milliseconds(1));
  EXPECT_EQ(life.End(kCrash, milliseconds(89999)).delay, milliseconds(200));
  EXPECT_EQ(life.End(kCrash, milliseconds(90000)).delay, milliseconds(100));
}

TEST(Restart, GivesUpAfterTooManyWithinTheWindow) {
  Life life(Planned());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(life.End(kCrash, milliseconds(1)).verdict, Verdict::kRestart) << i;
  }
  const auto last = life.End(kCrash, milliseconds(1));
  EXPECT_EQ(last.verdict, Verdict::kGiveUp);
  EXPECT_EQ(last.delay, milliseconds(0));
}

TEST(Restart, OldRestartsLeaveTheWindow) {
  SupervisePlan plan = Planned();
  plan.give_up = {2, milliseconds(10000)};
  plan.backoff = {milliseconds(0), milliseconds(30000)};
  Life life(plan);
  for (int i = 0; i < 20; ++i) {  // one each 6 s: never more than two in 10 s
    EXPECT_EQ(life.End(kCrash, seconds(6)).verdict, Verdict::kRestart) << i;
  }
  EXPECT_EQ(life.End(kCrash, milliseconds(10)).verdict, Verdict::kGiveUp);
}

TEST(Restart, NoRestartsAllowed) {
  SupervisePlan plan = Planned();
  plan.give_up.restarts = 0;
  EXPECT_EQ(Life(plan).End(kCrash, seconds(1)).verdict, Verdict::kGiveUp);
}

struct WhenRow {
  RestartWhen when;
  Ending ending;
  Verdict verdict;
};

TEST(Restart, NeverOnFailureAlways) {
  const Ending terminated{.signalled = true, .value = SIGTERM};
  for (const WhenRow& row : {WhenRow{RestartWhen::kNever, kCrash, Verdict::kEnd},
                             WhenRow{RestartWhen::kNever, kSuccess, Verdict::kEnd},
                             WhenRow{RestartWhen::kOnFailure, kSuccess, Verdict::kEnd},
                             WhenRow{RestartWhen::kOnFailure, kCrash, Verdict::kRestart},
                             WhenRow{RestartWhen::kOnFailure, terminated, Verdict::kRestart},
                             WhenRow{RestartWhen::kAlways, kSuccess, Verdict::kRestart},
                             WhenRow{RestartWhen::kAlways, kCrash, Verdict::kRestart}}) {
    EXPECT_EQ(Life(Planned(row.when)).End(row.ending, seconds(1)).verdict, row.verdict)
        << static_cast<int>(row.when) << " " << row.ending.ExitCode();
  }
}

TEST(Restart, WhatNoSecondStartMends) {
  for (const Ending ending : {Ending{false, 9}, Ending{false, 13}, Ending{true, SIGSYS}}) {
    for (const RestartWhen when : {RestartWhen::kOnFailure, RestartWhen::kAlways}) {
      EXPECT_EQ(Life(Planned(when)).End(ending, seconds(500)).verdict, Verdict::kGiveUp)
          << ending.signalled << " " << ending.value;
    }
  }
  for (const Ending ending : {Ending{true, SIGKILL}, Ending{true, SIGSEGV}, Ending{false, 12},
                              Ending{true, 13}, Ending{true, 9}, Ending{false, SIGSYS}}) {
    EXPECT_EQ(Life(Planned()).End(ending, seconds(1)).verdict, Verdict::kRestart)
        << ending.signalled << " " << ending.value;
  }
}

TEST(Ending, AsAShellTellsIt) {
  EXPECT_EQ((Ending{false, 3}).ExitCode(), 3);
  EXPECT_EQ((Ending{true, SIGKILL}).ExitCode(), 137);
}

TEST(ExplainEnding, OrdinaryExitsNeedNoWords) {
  for (const Ending ending : {kSuccess, kCrash, Ending{true, SIGTERM}, Ending{true, SIGINT}}) {
    EXPECT_EQ(ExplainEnding(ending, false, false, false), "") << ending.ExitCode();
    EXPECT_EQ(ExplainEnding(ending, true, true, true), "") << ending.ExitCode();
  }
}

TEST(ExplainEnding, FourKindsOfSigkill) {
  const Ending killed{true, SIGKILL};
  EXPECT_THAT(ExplainEnding(killed, true, true, true), HasSubstr("OOM kill"));
  EXPECT_THAT(ExplainEnding(killed, true, false, false), HasSubstr("[limits] memory"));
  EXPECT_THAT(ExplainEnding(killed, false, true, true), HasSubstr("on_violation = \"kill\""));
  EXPECT_THAT(ExplainEnding(killed, false, true, false), HasSubstr("stop_timeout"));
  EXPECT_THAT(ExplainEnding(killed, false, false, false), HasSubstr("somebody sent SIGKILL"));
}

TEST(ExplainEnding, HowNodeEnds) {
  EXPECT_THAT(ExplainEnding({true, SIGABRT}, false, false, false), HasSubstr("heap out of memory"));
  EXPECT_THAT(ExplainEnding({false, 134}, false, false, false), HasSubstr("heap out of memory"));
  EXPECT_THAT(ExplainEnding({true, SIGSYS}, false, false, false), HasSubstr(kernel::kForeignCalls));
  EXPECT_THAT(ExplainEnding({true, SIGSEGV}, false, false, false), HasSubstr("native code"));
  EXPECT_THAT(ExplainEnding({false, 13}, false, false, false), HasSubstr("top-level await"));
  EXPECT_THAT(ExplainEnding({false, 9}, false, false, false), HasSubstr("command-line flags"));
}

}  // namespace
}  // namespace nodeward
