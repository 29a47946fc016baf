// The supervisor's events, from values.
#include "supervise/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const FieldValue* Find(const Event& event, std::string_view name) {
  for (const Field& field : event.fields) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

template <class T>
T Get(const Event& event, std::string_view name) {
  const FieldValue* value = Find(event, name);
  if (value == nullptr || !std::holds_alternative<T>(*value)) {
    ADD_FAILURE() << "no such field: " << name;
    return {};
  }
  return std::get<T>(*value);
}

std::string Text(const Event& event, std::string_view name) {
  return Get<std::string>(event, name);
}

CgroupUse Use() {
  return {.memory_current = 10,
          .memory_peak = 20,
          .oom_kills = 3,
          .pids_refused = 4,
          .pids_peak = 5,
          .throttled_periods = 6,
          .throttled_usec = 7000};
}

Plan Limited() {
  Plan plan;
  plan.profile.limits.memory = {{.value = {.bytes = std::uint64_t{64} << 20}}};
  plan.profile.limits.pids = {{.value = 32}};
  return plan;
}

TEST(LimitEvents, NothingGrownNothingTold) {
  EXPECT_THAT(LimitEvents(Limited(), Use(), Use()), IsEmpty());
  EXPECT_THAT(LimitEvents(Limited(), {}, {}), IsEmpty());
  CgroupUse more = Use();
  more.memory_current = 99;  // use is no limit
  more.memory_peak = 99;
  more.pids_peak = 99;
  more.throttled_usec = 99000;
  EXPECT_THAT(LimitEvents(Limited(), Use(), more), IsEmpty());
}

TEST(LimitEvents, AnInheritedLimitIsNotTheProfiles) {
  Plan plan;
  plan.host.cgroup.inherited = {.memory = std::uint64_t{128} << 20, .pids = 7};
  CgroupUse now = Use();
  now.oom_kills = 4;
  now.pids_refused = 5;
  now.throttled_periods = 8;
  const auto events = LimitEvents(plan, Use(), now);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_THAT(events[0].message, HasSubstr("(inherited: 128M) was reached"));
  EXPECT_THAT(events[1].message, HasSubstr("(inherited: 7) was reached"));
  const std::string hints[] = {"docker run -m,", "docker run --pids-limit,", "docker run --cpus,"};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(Text(events[i], "hint"), HasSubstr(hints[i]));
}

TEST(LimitEvents, OnlyWhatGrewAndByHowMuch) {
  CgroupUse now = Use();
  now.oom_kills = 5;
  const auto memory = LimitEvents(Limited(), Use(), now);
  ASSERT_EQ(memory.size(), 1u);
  EXPECT_EQ(memory[0].type, EventType::kLimit);
  EXPECT_EQ(memory[0].severity, Severity::kWarn);
  EXPECT_EQ(Text(memory[0], "kind"), "memory");
  EXPECT_EQ(Text(memory[0], "code"), "NW301");
  EXPECT_EQ(Get<std::uint64_t>(memory[0], "count"), 2u);
  EXPECT_THAT(memory[0].message, HasSubstr("(64M) was reached: 2 killed"));
  EXPECT_THAT(Text(memory[0], "hint"), HasSubstr("[limits] memory"));

  now = Use();
  now.pids_refused = 14;
  const auto pids = LimitEvents(Limited(), Use(), now);
  ASSERT_EQ(pids.size(), 1u);
  EXPECT_EQ(Text(pids[0], "code"), "NW302");
  EXPECT_EQ(Get<std::uint64_t>(pids[0], "count"), 10u);
  EXPECT_THAT(pids[0].message, HasSubstr("(32) was reached: 10 forks"));

  now = Use();
  now.throttled_periods = 16;
  now.throttled_usec = 57000;
  const auto cpu = LimitEvents(Limited(), Use(), now);
  ASSERT_EQ(cpu.size(), 1u);
  EXPECT_EQ(Text(cpu[0], "code"), "NW303");
  EXPECT_THAT(cpu[0].message, HasSubstr("10 periods, 50 ms"));
}

TEST(LimitEvents, AllThreeAtOnce) {
  const auto events = LimitEvents(Limited(), {}, Use());
  std::vector<std::string> kinds;
  for (const Event& event : events) kinds.push_back(Text(event, "kind"));
  EXPECT_THAT(kinds, ElementsAre("memory", "pids", "cpu"));
}

TEST(LimitEvents, CountersThatVanishOrShrinkAreNoGrowth) {
  CgroupUse fewer = Use();
  fewer.oom_kills = 1;
  fewer.pids_refused.reset();
  EXPECT_THAT(LimitEvents(Limited(), Use(), fewer), IsEmpty());
}

TEST(LimitEvents, PercentAndInheritedLimitsInWords) {
  Plan plan;
  CgroupUse now;
  now.oom_kills = 1;
  EXPECT_THAT(LimitEvents(plan, {}, now)[0].message, HasSubstr("(inherited)"));
  plan.host.memory_total = std::uint64_t{4} << 30;
  plan.profile.limits.memory = {{.value = {.percent = 25}}};
  EXPECT_THAT(LimitEvents(plan, {}, now)[0].message, HasSubstr("(1G)"));
}

TEST(ExitEvent, AnOrdinaryExit) {
  const Event event = ExitEvent({.pid = 4200,
                                 .ending = {false, 0},
                                 .uptime = std::chrono::milliseconds(1500),
                                 .use = Use(),
                                 .violations = 7});
  EXPECT_EQ(event.type, EventType::kExit);
  EXPECT_EQ(event.severity, Severity::kInfo);
  EXPECT_EQ(event.message, "process 4200 exited with code 0");
  EXPECT_EQ(Get<std::int64_t>(event, "process.pid"), 4200);
  EXPECT_EQ(Get<std::int64_t>(event, "process.exit.code"), 0);
  EXPECT_EQ(Get<std::int64_t>(event, "uptime_ms"), 1500);
  EXPECT_EQ(Get<std::uint64_t>(event, "violations"), 7u);
  EXPECT_EQ(Get<std::uint64_t>(event, "memory_peak"), 20u);
  EXPECT_EQ(Get<std::uint64_t>(event, "pids_peak"), 5u);
  EXPECT_EQ(Text(event, "code"), "NW401");
  EXPECT_EQ(Find(event, "signal"), nullptr);
  EXPECT_EQ(Find(event, "reason"), nullptr);
}

TEST(ExitEvent, ASignalWithItsReason) {
  const Event event =
      ExitEvent({.pid = 4200, .ending = {true, SIGKILL}, .reason = "the memory limit ended it"});
  EXPECT_EQ(event.severity, Severity::kWarn);
  EXPECT_THAT(event.message, HasSubstr("was ended by signal 9"));
  EXPECT_THAT(event.message, HasSubstr(": the memory limit ended it"));
  EXPECT_EQ(Get<std::int64_t>(event, "signal"), 9);
  EXPECT_EQ(Find(event, "process.exit.code"), nullptr);
  EXPECT_EQ(Text(event, "reason"), "the memory limit ended it");
  EXPECT_EQ(Find(event, "memory_peak"), nullptr) << "the kernel did not tell";
  EXPECT_EQ(ExitEvent({.ending = {false, 1}}).severity, Severity::kWarn);
}

std::uint32_t IndexOf(std::string_view name) {
  for (std::uint32_t i = 0; i < Measures().size(); ++i) {
    if (Measures()[i].name == name) return i;
  }
  ADD_FAILURE() << "no measure " << name;
  return 0;
}

TEST(GapEvents, NoneWithoutGaps) {
  Plan plan;
  plan.decisions = {{IndexOf("identity"), Full{}, Outcome::kApply},
                    {IndexOf("limits"), Full{}, Outcome::kSkip},
                    {IndexOf("seccomp"), Partial{"x", "y"}, Outcome::kRefuse}};
  EXPECT_THAT(GapEvents(plan), IsEmpty());
}

TEST(GapEvents, OneForEachGapAndWarning) {
  Plan plan;
  plan.decisions = {{IndexOf("limits"), Partial{"too high", "raise it"}, Outcome::kDegrade},
                    {IndexOf("seccomp"), Unavailable{"no filters", "a kernel"}, Outcome::kDegrade}};
  plan.secrets.degraded = {"the identity is open"};
  plan.secrets.warnings = {"a newline"};
  plan.launch.warnings = {"a shell"};
  const auto events = GapEvents(plan);
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].type, EventType::kDegraded);
  EXPECT_EQ(events[0].severity, Severity::kWarn);
  EXPECT_EQ(events[0].message, "limits: too high");
  EXPECT_EQ(Text(events[0], "kind"), "limits");
  EXPECT_EQ(Text(events[0], "code"), "NW101");
  EXPECT_EQ(Text(events[0], "hint"), "raise it");
  EXPECT_EQ(events[1].message, "seccomp: no filters");
  EXPECT_EQ(events[2].message, "secrets: the identity is open");
  EXPECT_EQ(Text(events[2], "kind"), "secrets");
  EXPECT_EQ(events[3].type, EventType::kAlert);
  EXPECT_EQ(events[3].message, "a shell");
  EXPECT_EQ(Text(events[3], "code"), "NW102");
  EXPECT_EQ(events[4].message, "a newline");
}

TEST(StartEvent, TellsWhatWasObservedNotWhatWasPlanned) {
  Plan plan;
  plan.launch.command = {"node", "server.js"};
  plan.launch.path = "/usr/bin/node";
  plan.launch.identity.uid = 1000;
  plan.launch.capabilities.keep = 0;
  plan.decisions = {{IndexOf("identity"), Full{}, Outcome::kApply},
                    {IndexOf("limits"), Partial{"a", "b"}, Outcome::kDegrade},
                    {IndexOf("cgroup"), Full{}, Outcome::kSkip},
                    {IndexOf("seccomp"), Unavailable{"a", "b"}, Outcome::kDegrade}};
  Launched launched;
  launched.pid = 4200;
  launched.observed.uids = {1001, 1001, 1001, 1001};
  launched.observed.gids = {1002, 1002, 1002, 1002};
  launched.observed.cap_permitted = std::uint64_t{1} << CAP_NET_BIND_SERVICE;
  launched.observed.no_new_privs = true;
  launched.observed.seccomp_filters = 2;
  const Event event = StartEvent(plan, launched, 3);
  EXPECT_EQ(event.type, EventType::kStart);
  EXPECT_EQ(Get<std::int64_t>(event, "process.pid"), 4200);
  EXPECT_EQ(Text(event, "process.executable.path"), "/usr/bin/node");
  EXPECT_EQ(Get<std::uint64_t>(event, "restarts"), 3u);
  EXPECT_THAT(Get<std::vector<std::string>>(event, "measures"),
              ElementsAre("identity", "limits: partial", "seccomp: missing"));
  EXPECT_EQ(Get<std::uint64_t>(event, "in_force.uid"), 1001u);
  EXPECT_EQ(Get<std::uint64_t>(event, "in_force.gid"), 1002u);
  EXPECT_THAT(Get<std::vector<std::string>>(event, "in_force.capabilities"),
              ElementsAre("net_bind_service"));
  EXPECT_TRUE(Get<bool>(event, "in_force.no_new_privs"));
  EXPECT_EQ(Get<std::int64_t>(event, "in_force.seccomp_filters"), 2);
}

TEST(StartEvent, SaysThatAFilterAroundNodewardRefusesUnseen) {
  Plan plan;
  plan.launch.command = {"node"};
  plan.launch.filter.listener = true;
  Launched launched;
  launched.observed.uids = launched.observed.gids = {1001, 1001, 1001, 1001};
  const auto unseen = [&](int filters) {
    plan.launch.filter.filters_before = filters;
    const Event event = StartEvent(plan, launched, 0);
    for (const Field& field : event.fields) {
      if (field.name == "not_observable") return std::get<std::vector<std::string>>(field.value);
    }
    return std::vector<std::string>{};
  };
  EXPECT_THAT(unseen(0), IsEmpty());
  EXPECT_THAT(unseen(1), ElementsAre(HasSubstr("refuses by itself")));
}

}  // namespace
}  // namespace nodeward
