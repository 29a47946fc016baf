#include "events/relay.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <thread>

#include "unit/events/pipes.h"

namespace nodeward {
namespace {

using std::string_literals::operator""s;  // keeps the NULs

using std::chrono::milliseconds;

// An application's output, and the stderr that it is passed on to.
class RelayTest : public testing::Test {
 protected:
  Relay Make(std::size_t sources = 1, SinkFormat format = SinkFormat::kJson) {
    std::vector<UniqueFd> ends;
    for (std::size_t i = 0; i < sources; ++i) ends.push_back(std::move(app_[i].read));
    return {std::move(ends), &writer_, {.format = format}};
  }
  void Pass(Relay& relay) { EXPECT_EQ(relay.Pass(now_), 0); }
  std::string Passed(Relay& relay) {
    Pass(relay);
    return out_.Available();
  }

  std::array<Pipe, 2> app_;
  Pipe out_;
  UniqueFd abort_{eventfd(0, EFD_CLOEXEC)};
  FdWriter writer_{out_.write.get(), abort_.get()};
  Relay::Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(RelayTest, PassesLinesUntouched) {
  Relay relay = Make();
  const std::string bytes =
      "plain\n\x1b[31mred\x1b[0m\r50%\r100%\r\n\n\xff\xfe nul \0 end\n{\"level\":30}\n"s;
  app_[0].Put(bytes);
  EXPECT_EQ(Passed(relay), bytes);
}

TEST_F(RelayTest, MarksALineThatCouldPassForAnEvent) {
  Relay relay = Make();
  app_[0].Put("before\n  {\"event\":\"violation\",\"seq\":1}\nafter\n");
  EXPECT_EQ(Passed(relay), "before\napp:   {\"event\":\"violation\",\"seq\":1}\nafter\n");
}

TEST_F(RelayTest, MarksManyForgeriesInOneBatch) {
  Relay relay = Make();
  std::string sent;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    sent += "{\"event\":\"exit\"}\nok\n";
    expected += "app: {\"event\":\"exit\"}\nok\n";
  }
  app_[0].Put(sent);
  EXPECT_EQ(Passed(relay), expected);
}

TEST_F(RelayTest, MarksAForgeryBehindACarriageReturn) {
  Relay relay = Make();
  app_[0].Put("50%\r{\"event\":\"exit\"}\n");
  EXPECT_EQ(Passed(relay), "50%\rapp: {\"event\":\"exit\"}\n");
  app_[0].Put("{\"seq\":1,\r\"event\":\"exit\"}\n");
  EXPECT_EQ(Passed(relay), "app: {\"seq\":1,\r\"event\":\"exit\"}\n")
      << "a carriage return is white space in JSON";
}

TEST_F(RelayTest, KeepsALineWithoutAnEndForAWhile) {
  Relay relay = Make();
  EXPECT_EQ(relay.TimeoutMs(now_), -1) << "no wake-ups at rest";
  app_[0].Put("whole\npart");
  EXPECT_EQ(Passed(relay), "whole\n");
  EXPECT_EQ(relay.TimeoutMs(now_), 100);
  now_ += milliseconds(99);
  EXPECT_EQ(relay.TimeoutMs(now_), 1);
  EXPECT_EQ(Passed(relay), "");
  now_ += milliseconds(1);
  EXPECT_EQ(relay.TimeoutMs(now_), 0);
  EXPECT_EQ(Passed(relay), "part");
  EXPECT_EQ(relay.TimeoutMs(now_), -1);
  app_[0].Put(" two\n");
  EXPECT_EQ(Passed(relay), " two\n");
}

TEST_F(RelayTest, StartsAnEventOnAFreshLine) {
  Relay relay = Make();
  app_[0].Put("prompt> ");
  Pass(relay);
  now_ += milliseconds(100);
  EXPECT_EQ(Passed(relay), "prompt> ");
  EXPECT_EQ(writer_.WriteLine("{}"), 0);
  app_[0].Put("rest\n");
  EXPECT_EQ(Passed(relay), "\n{}\nrest\n");
}

TEST_F(RelayTest, MarksWhatGrowsIntoAnEventPieceByPiece) {
  Relay relay = Make();
  app_[0].Put("{\"ev");
  Pass(relay);
  now_ += milliseconds(100);
  app_[0].Put("");
  EXPECT_EQ(Passed(relay), "app: {\"ev");
  app_[0].Put("ent\":\"exit\"}\n");
  EXPECT_EQ(Passed(relay), "ent\":\"exit\"}\n");
}

TEST_F(RelayTest, MarksAForgeryThatWaitsForAnEventInBetween) {
  Relay relay = Make();
  app_[0].Put("harmless");
  Pass(relay);
  now_ += milliseconds(100);
  EXPECT_EQ(Passed(relay), "harmless");
  EXPECT_EQ(writer_.WriteLine("{}"), 0);
  app_[0].Put("{\"event\":\"exit\"}\n");
  EXPECT_EQ(Passed(relay), "\n{}\napp: {\"event\":\"exit\"}\n")
      << "after the event the rest of the line is a line of its own";
}

TEST_F(RelayTest, MarksAForgeryBehindAFlushedCarriageReturn) {
  Relay relay = Make();
  app_[0].Put("half\r");
  Pass(relay);
  now_ += milliseconds(100);
  EXPECT_EQ(Passed(relay), "half\r");
  app_[0].Put("{\"event\":\"exit\"}\n");
  EXPECT_EQ(Passed(relay), "app: {\"event\":\"exit\"}\n");
}

TEST_F(RelayTest, MarksSpacesThatAnEventCouldFollow) {
  Relay relay = Make();
  app_[0].Put("  ");
  Pass(relay);
  now_ += milliseconds(100);
  EXPECT_EQ(Passed(relay), "app:   ");
  app_[0].Put("{\"event\":\"exit\"}\n");
  EXPECT_EQ(Passed(relay), "{\"event\":\"exit\"}\n");
}

TEST_F(RelayTest, PassesOnALineThatIsTooLong) {
  Relay relay = Make();
  const std::string half(64 * 1024, 'x');
  std::thread application([&] { app_[0].Put(half + half + "end\n"); });
  std::string passed;
  while (passed.size() < half.size() * 2 + 4) passed += Passed(relay);
  application.join();
  EXPECT_EQ(passed, half + half + "end\n");
}

TEST_F(RelayTest, PassesOnTheRestAtTheEnd) {
  Relay relay = Make();
  app_[0].Put("no newline");
  app_[0].write.reset();
  EXPECT_EQ(Passed(relay), "");
  EXPECT_EQ(Passed(relay), "no newline");
  std::vector<pollfd> fds;
  relay.AddTo(fds);
  EXPECT_TRUE(fds.empty()) << "an ended source would wake the thread for ever";
}

TEST_F(RelayTest, DrainPassesOnEverything) {
  Relay relay = Make(2);
  app_[0].Put("one\ntwo");
  app_[1].Put("three");
  EXPECT_EQ(relay.Drain(), 0);
  EXPECT_EQ(out_.Available(), "one\ntwo\nthree");
}

TEST_F(RelayTest, KeepsTheLinesOfTwoSourcesApart) {
  Relay relay = Make(2);
  app_[0].Put("out ");
  app_[1].Put("error\n");
  EXPECT_EQ(Passed(relay), "error\n");
  now_ += milliseconds(100);
  EXPECT_EQ(Passed(relay), "out ");
  app_[1].Put("error\n");
  EXPECT_EQ(Passed(relay), "\nerror\n");
}

TEST_F(RelayTest, GivesTheApplicationEpipeWhenNobodyReads) {
  Relay relay = Make();
  signal(SIGPIPE, SIG_IGN);
  out_.read.reset();
  app_[0].Put("gone\n");
  Pass(relay);
  EXPECT_EQ(write(app_[0].write.get(), "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST_F(RelayTest, GoesOnAfterAFullDisk) {
  UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  Relay relay = Make();
  writer_.Replace(full.get());
  const std::string lines(30'000, '\n');
  for (int i = 0; i < 8; ++i) {
    app_[0].Put(lines);
    Pass(relay);
  }
  writer_.Replace(out_.write.get());
  app_[0].Put("back\n");
  EXPECT_EQ(Passed(relay), "back\n");
}

struct Look {
  std::string line;
  bool passes;
  bool complete = true;
};

class JsonLook : public testing::TestWithParam<Look> {};
TEST_P(JsonLook, IsJudged) {
  EXPECT_EQ(CouldPassForEvent(GetParam().line, GetParam().complete, SinkFormat::kJson),
            GetParam().passes)
      << GetParam().line;
}
INSTANTIATE_TEST_SUITE_P(
    Lines, JsonLook,
    testing::Values(
        Look{R"({"event":"violation"})", true}, Look{R"({"seq":1,"event" : "exit"})", true},
        Look{"\t {\"event\":\"start\"}", true},
        Look{R"({"\u0065vent":"exit"})", true},         // the key spelt with an escape
        Look{R"({"event":"\u0065xit"})", true},         // and the value
        Look{R"({"event":"x","event":"exit"})", true},  // readers take the first or the last
        Look{R"({"event":"exit","event":"x"})", true},
        Look{R"({"event":"exit"} trailing)", true},      // lenient readers
        Look{"\xef\xbb\xbf{\"event\":\"exit\"}", true},  // a byte order mark
        Look{"\x1b[2K\x1b[1G{\"event\":\"exit\"}", true}, Look{"\0{\"event\":\"exit\"}"s, true},
        Look{R"({"event":"exit","bytes":")"
             "\xff\"}",
             true},
        // Logs of applications stay as they are.
        Look{R"({"level":30,"msg":"event exit"})", false}, Look{R"({"event":"login"})", false},
        Look{R"({"data":{"event":"exit"}})", false}, Look{R"({"a":[{"event":"exit"}]})", false},
        Look{R"({"kind":"event","x":"exit"})", false}, Look{R"({"event":17})", false},
        Look{R"({"msg":"\u001b[31m"})", false}, Look{R"([{"event":"exit"}])", false},
        Look{R"(x {"event":"exit"})", false}, Look{"", false}, Look{"   ", false},
        // What may still grow.
        Look{"{", true, false}, Look{"  ", true, false}, Look{"", true, false},
        Look{"\x1b[3", true, false}, Look{"50%", false, false}));

class TextLook : public testing::TestWithParam<Look> {};
TEST_P(TextLook, IsJudged) {
  EXPECT_EQ(CouldPassForEvent(GetParam().line, GetParam().complete, SinkFormat::kText),
            GetParam().passes)
      << GetParam().line;
}
INSTANTIATE_TEST_SUITE_P(
    Lines, TextLook,
    testing::Values(Look{"2026-01-31 09:00:00 WARN violation: forged", true},
                    Look{"  2026-01-31 09:00:00   ERROR   exit: forged", true},
                    Look{"\x1b[33m2026-01-31 09:00:00 \x1b[0mINFO start: x", true},
                    Look{"2026-01-31 09:00:00 INFO listening: 3000", false},
                    Look{"2026-01-31 09:00:00 DEBUG start: x", false},
                    Look{"2026-01-31 09:00:00 INFO", false}, Look{"2026-01-31", false},
                    Look{"{\"event\":\"exit\"}", false}, Look{"2026-01-31 09:00", true, false},
                    Look{"2026-01-31 09:00:00 WA", true, false}, Look{"listening", false, false}));

}  // namespace
}  // namespace nodeward
