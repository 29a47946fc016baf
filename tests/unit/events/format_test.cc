#include "events/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "unit/events/pipes.h"

namespace nodeward {
namespace {

using std::string_literals::operator""s;  // keeps the NULs

using std::chrono::microseconds;
using std::chrono::seconds;

const Origin kOrigin = {.start_id = "0123456789abcdef", .profile = "/etc/nodeward/app.toml"};

std::chrono::system_clock::time_point At(std::int64_t unix_seconds, int micros) {
  return std::chrono::system_clock::time_point(seconds(unix_seconds) + microseconds(micros));
}

Record MountRecord() {
  Event event = Violation("node (4242) tried mount(\"/dev/sda1\", …): EPERM");
  event.time = At(1769850000, 123456);
  event.With("kind", std::string("syscall"))
      .With("action", std::string("denied"))
      .With("syscall", std::string("mount"))
      .With("args", std::vector<std::string>{"/dev/sda1", "/mnt", "ext4", "0x0"})
      .With("errno", std::string("EPERM"))
      .With("count", std::uint64_t{3})
      .With("code", std::string("NW201"))
      .With("process.pid", std::int64_t{4242})
      .With("hint", std::string("[syscalls] allow = [\"mount\"]"));
  return {event, 17};
}

TEST(FormatJson, WritesTheGoldenLine) {
  EXPECT_EQ(FormatJson(MountRecord(), kOrigin),
            R"({"time":"2026-01-31T09:00:00.123456Z","severity":"WARN","event":"violation",)"
            R"("kind":"syscall","action":"denied","syscall":"mount",)"
            R"("args":["/dev/sda1","/mnt","ext4","0x0"],"errno":"EPERM","count":3,"code":"NW201",)"
            R"("process.pid":4242,"hint":"[syscalls] allow = [\"mount\"]",)"
            R"("message":"node (4242) tried mount(\"/dev/sda1\", …): EPERM","seq":17,)"
            R"("start_id":"0123456789abcdef","profile":"/etc/nodeward/app.toml"})");
}

TEST(FormatText, WritesTheGoldenLine) {
  EXPECT_EQ(FormatText(MountRecord()),
            "2026-01-31 09:00:00 WARN violation: node (4242) tried mount(\"/dev/sda1\", …): EPERM, "
            "3 times. To allow: [syscalls] allow = [\"mount\"]");
}

TEST(FormatText, TellsOneHappeningWithoutItsCount) {
  Event event = Violation("node tried mount.");
  event.time = At(0, 0);
  event.With("count", std::int64_t{1});
  EXPECT_EQ(FormatText({event, 1}), "1970-01-01 00:00:00 WARN violation: node tried mount.");
}

TEST(FormatText, AdvisesOtherwiseThanToAllowWhenNothingWasRefused) {
  Event event;
  event.type = EventType::kLimit;
  event.severity = Severity::kError;
  event.message = "out of memory.";
  event.time = At(0, 0);
  event.With("hint", std::string("[limits] memory = \"1G\""));
  EXPECT_EQ(FormatText({event, 1}),
            "1970-01-01 00:00:00 ERROR limit: out of memory. Try: [limits] memory = \"1G\"");
}

TEST(FormatText, ListsTheFieldsWhenThereIsNoSentence) {
  Event event;
  event.type = EventType::kExit;
  event.time = At(0, 0);
  event.With("exit.code", std::int64_t{-3})
      .With("oom", true)
      .With("measures", std::vector<std::string>{"identity", "seccomp"});
  EXPECT_EQ(FormatText({event, 1}),
            "1970-01-01 00:00:00 INFO exit: exit.code=-3 oom=true measures=identity, seccomp");
}

TEST(FormatTime, KeepsMicrosecondsAndRoundsTowardsThePast) {
  EXPECT_EQ(FormatTime(At(951782400, 7)), "2000-02-29T00:00:00.000007Z");
  EXPECT_EQ(FormatTime(At(0, -1)), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatJson, KeepsNumbersNumbers) {
  Event event;
  event.With("u", UINT64_MAX)
      .With("i", INT64_MIN)
      .With("d", 0.5)
      .With("b", false)
      .With("nan", std::nan(""));
  const auto json = nlohmann::json::parse(FormatJson({event, 1}, kOrigin));
  EXPECT_EQ(json["u"].get<std::uint64_t>(), UINT64_MAX);
  EXPECT_EQ(json["i"].get<std::int64_t>(), INT64_MIN);
  EXPECT_EQ(json["d"], 0.5);
  EXPECT_EQ(json["b"], false);
  EXPECT_TRUE(json["nan"].is_null());  // JSON has no other word for it
}

TEST(FormatJson, LetsNoProducerShadowWhatTheBusSays) {
  Event event = Violation("true");
  for (const char* name : {"time", "severity", "event", "message", "seq", "start_id", "profile"}) {
    event.With(name, std::string("forged"));
  }
  EXPECT_EQ(FormatJson({event, 5}, kOrigin).find("forged"), std::string::npos);
}

TEST(FormatJson, LeavesOutAnEmptyProfileAndMessage) {
  const auto json = nlohmann::json::parse(FormatJson({Event{}, 5}, {.start_id = "00"}));
  EXPECT_FALSE(json.contains("profile"));
  EXPECT_FALSE(json.contains("message"));
}

// Whatever bytes come in: one line, valid, and harmless even after decoding.
class Hostile : public testing::TestWithParam<std::string> {};

TEST_P(Hostile, BytesStayHarmlessInBothFormats) {
  Event event = Violation(GetParam());
  event.With("path", GetParam())
      .With("args", std::vector<std::string>{GetParam()})
      .With("k" + GetParam(), true)
      .With("hint", GetParam());
  const Record record = {event, 1};
  const std::string json = FormatJson(record, {.start_id = "00", .profile = GetParam()});
  const std::string text = FormatText(record);
  for (const std::string& line : {json, text}) {
    EXPECT_EQ(line, EscapeForTerminal(line)) << "acts on a terminal";
  }
  const auto parsed = nlohmann::json::parse(json);
  for (const char* key : {"message", "path", "hint", "profile"}) {
    const std::string value = parsed[key];
    EXPECT_EQ(value, EscapeForTerminal(value)) << key << " acts on a terminal once decoded";
  }
  EXPECT_TRUE(parsed.contains("k" + EscapeForTerminal(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Bytes, Hostile,
                         testing::Values("\x1b[2J\x1b]0;owned\x07", "two\nlines\r\n", "nul\0end"s,
                                         "\xff\xfe", "\xc0\xaf overlong", "\xed\xa0\x80 surrogate",
                                         "cut \xe2\x80", "\xe2\x80\xa8 line separator",
                                         "\xe2\x80\xae direction", "\xc2\x9b[31m C1", "\x7f",
                                         "\"},{\"event\":\"exit\"", "back\\slash",
                                         "\xf4\x90\x80\x80"));

TEST(FormatJson, WritesBadBytesAsText) {
  Event event;
  event.With("path", "/tmp/\xff\0\x1b\n"s);
  const auto parsed = nlohmann::json::parse(FormatJson({event, 1}, kOrigin));
  EXPECT_EQ(parsed["path"], R"(/tmp/\xff\x00\x1b\n)");
}

TEST(CountOf, IsOneUnlessAFieldSaysOtherwise) {
  Event event;
  EXPECT_EQ(CountOf(event), 1u);
  event.With("count", std::int64_t{-5});
  EXPECT_EQ(CountOf(event), 1u);
  event.fields[0].value = std::int64_t{7};
  EXPECT_EQ(CountOf(event), 7u);
  event.fields[0].value = std::uint64_t{8};
  EXPECT_EQ(CountOf(event), 8u);
}

TEST(Name, KnowsEveryType) {
  EXPECT_EQ(Name(EventType::kStart), "start");
  EXPECT_EQ(Name(EventType::kReady), "ready");
  EXPECT_EQ(Name(EventType::kDegraded), "degraded");
  EXPECT_EQ(Name(EventType::kHealth), "health");
  EXPECT_EQ(Name(EventType::kRestart), "restart");
  EXPECT_EQ(Name(EventType::kAlert), "alert");
  EXPECT_EQ(Name(Severity::kInfo), "INFO");
}

}  // namespace
}  // namespace nodeward
