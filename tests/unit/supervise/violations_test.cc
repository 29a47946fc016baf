// From refusals to events: what they say, what folds, and when they are told.
#include "supervise/violations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "events/codes.h"
#include "unit/events/pipes.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kLong = 60'000;

class ViolationsTest : public testing::Test {
 protected:
  ViolationsTest() {
    BusOptions options;
    options.stderr_fd = err_.write.get();
    bus_ = std::move(*EventBus::Open(std::move(options)));
    Use({});
  }
  void Use(ViolationOptions options) {
    violations_ = std::make_unique<Violations>(
        *bus_, folder_, [this] { ++pending_; }, std::move(options));
  }
  // What was emitted since the last look.
  std::vector<nlohmann::json> Told() {
    EXPECT_TRUE(bus_->Flush(kLong));
    std::vector<nlohmann::json> events;
    for (const std::string& line : Lines(err_.Available())) {
      events.push_back(nlohmann::json::parse(line));
    }
    return events;
  }
  void Record(const Refusal& refusal, int error = EACCES, const std::string& command = "node") {
    const Caller caller{4200, 4101, command};
    seccomp_data call{};
    call.nr = SYS_openat;
    const DecodedCall decoded{"openat", {"AT_FDCWD", "\"/etc/shadow\""}, "/etc/shadow"};
    violations_->Record({4201, caller, call, decoded, error}, refusal);
  }
  void RecordCall(int number = SYS_mount, const std::string& target = "/mnt") {
    const Caller caller{4200, 4101, "node"};
    seccomp_data call{};
    call.nr = number;
    const DecodedCall decoded{"mount", {"\"/dev/sda1\"", "0x0"}, target};
    violations_->Record({4201, caller, call, decoded, EPERM});
  }
  static Refusal To(const std::string& target) {
    return {.kind = "file",
            .code = codes::kOpenRefused,
            .deed = "to read " + target,
            .target = target,
            .why = "no rule allows it",
            .hint = "[filesystem] read = [\"" + target + "\"]"};
  }

  Pipe err_;
  std::unique_ptr<EventBus> bus_;
  Folder folder_;
  int pending_ = 0;
  std::unique_ptr<Violations> violations_;
};

TEST_F(ViolationsTest, ARefusalSaysAll) {
  Record(To("/etc/shadow"));
  const auto events = Told();
  ASSERT_THAT(events, SizeIs(1));
  const auto& event = events[0];
  EXPECT_EQ(event["message"], "node (4200) tried to read /etc/shadow: EACCES; no rule allows it");
  EXPECT_EQ(event["kind"], "file");
  EXPECT_EQ(event["action"], "denied");
  EXPECT_EQ(event["code"], "NW211");
  EXPECT_EQ(event["syscall"], "openat");
  EXPECT_EQ(event["target"], "/etc/shadow");
  EXPECT_EQ(event["errno"], "EACCES");
  EXPECT_EQ(event["process.pid"], 4200);
  EXPECT_EQ(event["process.tid"], 4201);
  EXPECT_EQ(event["process.command"], "node");
  EXPECT_EQ(event["count"], 1);
  EXPECT_EQ(event["hint"], "[filesystem] read = [\"/etc/shadow\"]");
}

TEST_F(ViolationsTest, WhatIsPermittedSaysSo) {
  Refusal refusal = To("/etc/shadow");
  refusal.permitted = true;
  refusal.hint = {};
  Record(refusal);
  const auto events = Told();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events[0]["message"].get<std::string>(), HasSubstr(": let through"));
  EXPECT_EQ(events[0]["action"], "permitted");
  EXPECT_FALSE(events[0].contains("errno"));
  EXPECT_FALSE(events[0].contains("hint"));
}

TEST_F(ViolationsTest, ACallSaysHowItWasAnswered) {
  const struct {
    ViolationOptions options;
    const char* code;
    const char* action;
    const char* words;
  } rows[] = {{{}, "NW201", "denied", "): EPERM"},
              {{.permissive = true}, "NW202", "permitted", "): let through"},
              {{.kill = true}, "NW203", "killed", "): process killed"}};
  int number = SYS_mount;
  for (const auto& row : rows) {
    Use(row.options);
    RecordCall(number++);
    const auto events = Told();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0]["code"], row.code);
    EXPECT_EQ(events[0]["action"], row.action);
    EXPECT_THAT(events[0]["message"].get<std::string>(),
                HasSubstr("tried mount(\"/dev/sda1\", 0x0" + std::string(row.words)));
  }
}

TEST_F(ViolationsTest, RefusalsFoldByTheirOwnTarget) {
  // The decoded call is the same each time: what the judge found tells them apart.
  for (int i = 0; i < 3; ++i) Record(To("/a"));
  for (int i = 0; i < 2; ++i) Record(To("/b"));
  EXPECT_THAT(Told(), SizeIs(2));
  std::vector<std::string> counts;
  for (const Event& event : folder_.Flush()) {
    std::string text;
    for (const Field& field : event.fields) {
      if (field.name == "target") text += std::get<std::string>(field.value);
      if (field.name == "count") text += std::to_string(std::get<std::uint64_t>(field.value));
    }
    counts.push_back(text);
  }
  EXPECT_THAT(counts, testing::UnorderedElementsAre("/a2", "/b1"));
  EXPECT_EQ(folder_.Total(), 5u);
}

TEST_F(ViolationsTest, AnotherErrorOrCommandIsAnotherEvent) {
  Record(To("/a"));
  Record(To("/a"), EPERM);
  Record(To("/a"), EACCES, "worker");
  RecordCall();
  RecordCall(SYS_mount, "/elsewhere");
  EXPECT_THAT(Told(), SizeIs(5));
  EXPECT_EQ(pending_, 0);
}

TEST_F(ViolationsTest, SaysOnceThatCountsWait) {
  Record(To("/a"));
  EXPECT_EQ(pending_, 0);
  for (int i = 0; i < 5; ++i) Record(To("/a"));
  EXPECT_EQ(pending_, 1);
  violations_->Rearm();
  Record(To("/a"));
  EXPECT_EQ(pending_, 2);
}

TEST_F(ViolationsTest, WhatIsHeldIsToldWhenAnnouncedAndInItsOrder) {
  violations_->Hold();
  Record(To("/a"));
  Record(To("/b"));
  EXPECT_THAT(Told(), IsEmpty());
  violations_->Announce();
  const auto events = Told();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0]["target"], "/a");
  EXPECT_EQ(events[1]["target"], "/b");
  violations_->Announce();
  EXPECT_THAT(Told(), IsEmpty()) << "told once";
  Record(To("/c"));
  EXPECT_THAT(Told(), SizeIs(1)) << "at once from now on";
}

TEST_F(ViolationsTest, WhatIsDiscardedIsNotTold) {
  violations_->Hold();
  Record(To("/a"));
  violations_->Discard();
  EXPECT_THAT(Told(), IsEmpty());
  violations_->Announce();
  EXPECT_THAT(Told(), IsEmpty());
  Record(To("/b"));
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_F(ViolationsTest, WhoMakesUpTargetsIsToldApartByTheCallAlone) {
  // A thousand targets within a second: 64 are told by their own names, and one for all the others.
  for (int i = 0; i < 1000; ++i) Record(To("/made-up/" + std::to_string(i)));
  const auto events = Told();
  EXPECT_GE(events.size(), 65u);
  // On a machine that takes longer a new second begins: its own 64 then.
  EXPECT_LE(events.size(), 65u * 10);
  EXPECT_LT(events.size(), 1000u);
  EXPECT_EQ(folder_.Total(), 1000u) << "each is counted";
  EXPECT_GE(pending_, 1);
  Record(To("/made-up/0"), EPERM);
  EXPECT_THAT(Told(), SizeIs(1)) << "another error is told still";
}

}  // namespace
}  // namespace nodeward
