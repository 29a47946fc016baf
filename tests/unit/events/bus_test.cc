#include "events/bus.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "unit/events/pipes.h"

namespace nodeward {
namespace {

constexpr int kLong = 60'000;  // milliseconds; only a failing test waits this long

class BusTest : public testing::Test {
 protected:
  BusTest() { signal(SIGPIPE, SIG_IGN); }

  BusOptions Options(std::vector<std::string> to = {"stderr"}) {
    BusOptions options;
    options.to = std::move(to);
    options.profile = "app.toml";
    options.stderr_fd = err_.write.get();
    return options;
  }
  std::unique_ptr<EventBus> Open(BusOptions options) {
    auto bus = EventBus::Open(std::move(options));
    if (!bus) {
      ADD_FAILURE() << FormatError(bus.error());
      return nullptr;
    }
    return std::move(*bus);
  }
  Error OpenFails(const std::string& to) {
    auto bus = EventBus::Open(Options({to}));
    EXPECT_FALSE(bus) << to;
    return bus ? Error{} : bus.error();
  }

  Pipe err_;
  TempFolder folder_;
  std::string file_ = folder_ / "events.log";
};

TEST_F(BusTest, NumbersEventsUnderOneStartId) {
  const auto bus = Open(Options());
  for (const char* message : {"one", "two"}) bus->Emit(Violation(message));
  EXPECT_TRUE(bus->Flush(kLong));
  const auto lines = Lines(err_.Available());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(bus->start_id().size(), 16u);
  EXPECT_EQ(bus->start_id().find_first_not_of("0123456789abcdef"), std::string::npos);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto json = nlohmann::json::parse(lines[i]);
    EXPECT_EQ(json["seq"], i + 1);
    EXPECT_EQ(json["start_id"], bus->start_id());
    EXPECT_EQ(json["profile"], "app.toml");
  }
  EXPECT_NE(Open(Options())->start_id(), bus->start_id());
}

TEST_F(BusTest, WritesTextWhenAsked) {
  BusOptions options = Options();
  options.format = SinkFormat::kText;
  const auto bus = Open(std::move(options));
  bus->Emit(Violation("node tried mount"));
  EXPECT_TRUE(bus->Flush(kLong));
  EXPECT_TRUE(err_.Available().ends_with(" WARN violation: node tried mount\n"));
}

TEST_F(BusTest, SumsViolations) {
  const auto bus = Open(Options());
  bus->Emit(Violation("one"));
  bus->Emit(Violation("many").With("count", std::int64_t{41}));
  Event other;
  other.type = EventType::kLimit;
  bus->Emit(other.With("count", std::int64_t{7}));
  EXPECT_EQ(bus->violations(), 42u);
}

TEST_F(BusTest, KeepsTheNumbersOfManyThreadsInOrder) {
  const auto bus = Open(Options({"file:" + file_}));
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) bus->Emit(Violation("x"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(bus->Flush(kLong));
  std::uint64_t expected = 0;
  for (const std::string& line : Lines(ReadFile(file_))) {
    EXPECT_EQ(nlohmann::json::parse(line)["seq"], ++expected);
  }
  EXPECT_EQ(expected, 800u);
}

TEST_F(BusTest, DestructionWritesWhatIsQueued) {
  auto bus = Open(Options({"file:" + file_}));
  for (int i = 0; i < 1000; ++i) bus->Emit(Violation("x"));
  bus.reset();
  EXPECT_EQ(Lines(ReadFile(file_)).size(), 1000u);
}

// The numbers of the lines, and the sum of what is told as lost.
struct Seen {
  std::set<std::uint64_t> numbers;
  std::uint64_t violations = 0;
  std::map<std::string, std::uint64_t> lost;  // by sink
  std::set<std::string> reasons;

  explicit Seen(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      const auto json = nlohmann::json::parse(line);
      EXPECT_TRUE(numbers.insert(json["seq"].get<std::uint64_t>()).second) << line;
      if (json["event"] == "violation") ++violations;
      if (json["event"] != "degraded") continue;
      lost[json["sink"]] += json["lost"].get<std::uint64_t>();
      reasons.insert(json["errno"].get<std::string>());
      EXPECT_EQ(json["severity"], "WARN");
    }
  }

  std::uint64_t Lost(const std::string& sink) const {
    return lost.contains(sink) ? lost.at(sink) : 0;
  }
};

TEST_F(BusTest, AFullPipeHoldsUpNobodyAndItsLossesAreTold) {
  const std::size_t filled = err_.Fill('\n');
  const auto bus = Open(Options({"stderr", "file:" + file_}));
  constexpr std::uint64_t kEmitted = 5000;
  for (std::uint64_t i = 1; i <= kEmitted; ++i) {
    bus->Emit(Violation("x"));
    // The file's queue is as short: let it keep up.
    while (i % 1000 == 0 && Lines(ReadFile(file_)).size() < i) std::this_thread::yield();
  }
  EXPECT_FALSE(bus->Flush(1)) << "stderr cannot have been flushed";
  EXPECT_EQ(bus->violations(), kEmitted);

  std::string text;
  std::thread reader([&] { text = err_.ReadThrough("\"ready\""); });
  EXPECT_TRUE(bus->Flush(kLong));
  Event last;
  last.type = EventType::kReady;
  bus->Emit(last);
  EXPECT_TRUE(bus->Flush(kLong));
  reader.join();
  text += err_.Available();
  const Seen seen(Lines(text.substr(filled)));
  EXPECT_EQ(seen.violations, 1024u);
  EXPECT_EQ(seen.violations + seen.Lost("stderr"), kEmitted);
  EXPECT_EQ(seen.reasons, std::set<std::string>{"EAGAIN"});
  const Seen in_file(Lines(ReadFile(file_)));
  EXPECT_EQ(in_file.violations, kEmitted) << "the file was held up by the pipe";
  EXPECT_EQ(in_file.Lost("stderr"), seen.Lost("stderr")) << "the other sinks are told too";
}

TEST_F(BusTest, DestructionDoesNotWaitForAFullPipe) {
  err_.Fill('\n');
  auto bus = Open(Options());
  for (int i = 0; i < 10; ++i) bus->Emit(Violation("x"));
  EXPECT_FALSE(bus->Flush(0));
  bus.reset();  // a hang here is the failure
}

TEST_F(BusTest, ABrokenPipeIsAFailureThatIsTold) {
  const auto bus = Open(Options());
  const UniqueFd broken(fcntl(err_.write.get(), F_DUPFD_CLOEXEC, 0));
  err_.read.reset();
  bus->Emit(Violation("lost"));
  bus->Emit(Violation("lost"));
  EXPECT_TRUE(bus->Flush(kLong));
  // The same descriptor number becomes writable again.
  Pipe fresh;
  ASSERT_EQ(dup3(fresh.write.get(), err_.write.get(), O_CLOEXEC), err_.write.get());
  bus->Emit(Violation("back"));
  EXPECT_TRUE(bus->Flush(kLong));
  const Seen seen(Lines(fresh.Available()));
  EXPECT_EQ(seen.violations, 1u);
  EXPECT_EQ(seen.Lost("stderr"), 2u);
  EXPECT_EQ(seen.reasons, std::set<std::string>{"EPIPE"});
}

TEST_F(BusTest, AFullDiskIsToldWithoutAnotherEvent) {
  UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  const int number = full.get();
  BusOptions options = Options();
  options.stderr_fd = number;
  const auto bus = Open(std::move(options));
  bus->Emit(Violation("lost"));
  EXPECT_TRUE(bus->Flush(kLong));
  ASSERT_EQ(dup3(err_.write.get(), number, O_CLOEXEC), number);
  const std::string told = err_.ReadThrough("\n");
  EXPECT_NE(told.find("1 event could not be written to stderr: ENOSPC"), std::string::npos) << told;
}

TEST_F(BusTest, RotatesFiles) {
  const auto bus = Open(Options({"file:" + file_}));
  bus->Emit(Violation("old"));
  EXPECT_TRUE(bus->Flush(kLong));
  std::filesystem::rename(file_, file_ + ".1");
  bus->Emit(Violation("still old"));
  EXPECT_TRUE(bus->Flush(kLong));
  bus->Reopen();
  EXPECT_TRUE(bus->Flush(kLong));
  bus->Emit(Violation("new"));
  EXPECT_TRUE(bus->Flush(kLong));
  EXPECT_EQ(Lines(ReadFile(file_ + ".1")).size(), 2u);
  const auto lines = Lines(ReadFile(file_));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("\"new\""), std::string::npos);
  struct stat info {};
  ASSERT_EQ(stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777 & ~0640u, 0u);
}

TEST_F(BusTest, KeepsTheOldFileWhenItCannotBeReopened) {
  const auto bus = Open(Options({"file:" + file_}));
  std::filesystem::rename(file_, file_ + ".1");
  ASSERT_EQ(symlink("/dev/null", file_.c_str()), 0);
  bus->Reopen();
  EXPECT_TRUE(bus->Flush(kLong));
  EXPECT_TRUE(bus->Flush(kLong));  // the event about it was emitted during the first
  const std::string text = ReadFile(file_ + ".1");
  EXPECT_NE(text.find("\"degraded\""), std::string::npos);
  EXPECT_NE(text.find("symbolic link"), std::string::npos) << text;
}

TEST_F(BusTest, AppendsToAFileThatIsThere) {
  std::ofstream(file_) << "before\n";
  Open(Options({"file:" + file_}))->Emit(Violation("x"));
  EXPECT_TRUE(ReadFile(file_).starts_with("before\n{"));
}

TEST_F(BusTest, RefusesWhatIsNoFileOfItsOwn) {
  ASSERT_EQ(symlink(file_.c_str(), (folder_ / "link").c_str()), 0);
  ASSERT_EQ(mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_NE(OpenFails("file:" + (folder_ / "link")).hint.find("symbolic link"), std::string::npos);
  EXPECT_NE(OpenFails("file:" + (folder_ / "fifo")).what.find("ENXIO"), std::string::npos);
  const UniqueFd reader(open((folder_ / "fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_NE(OpenFails("file:" + (folder_ / "fifo")).what.find("regular"), std::string::npos);
  EXPECT_NE(OpenFails("file:/dev/null").what.find("regular"), std::string::npos);
  EXPECT_NE(OpenFails("file:" + (folder_ / "none/x")).what.find("ENOENT"), std::string::npos);
  EXPECT_NE(OpenFails("carrier pigeon").what.find("carrier pigeon"), std::string::npos);
}

TEST_F(BusTest, RefusesTheFileThatTheApplicationWritesTo) {
  const UniqueFd saved(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  {
    const UniqueFd log(open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(dup2(log.get(), STDOUT_FILENO), STDOUT_FILENO);
  }
  const auto bus = EventBus::Open(Options({"file:" + file_}));
  dup2(saved.get(), STDOUT_FILENO);
  ASSERT_FALSE(bus);
  EXPECT_NE(bus.error().what.find("standard output"), std::string::npos);
}

class RelayedBus : public BusTest {
 protected:
  std::unique_ptr<EventBus> OpenRelayed(std::vector<std::string> to = {"stderr"}) {
    BusOptions options = Options(std::move(to));
    options.relay.push_back(std::move(app_.read));
    return Open(std::move(options));
  }
  Pipe app_;
};

TEST_F(RelayedBus, FlushIncludesTheApplicationsOutput) {
  const auto bus = OpenRelayed();
  app_.Put("line\nno end");
  EXPECT_TRUE(bus->Flush(kLong));
  EXPECT_EQ(err_.Available(), "line\nno end");
}

TEST_F(RelayedBus, RelaysEvenWhenEventsGoElsewhere) {
  const auto bus = OpenRelayed({"file:" + file_});
  app_.Put("line\n");
  bus->Emit(Violation("x"));
  EXPECT_TRUE(bus->Flush(kLong));
  EXPECT_EQ(err_.Available(), "line\n");
  EXPECT_EQ(Lines(ReadFile(file_)).size(), 1u);
}

TEST_F(RelayedBus, PassesLinesOnWithoutBeingAsked) {
  const auto bus = OpenRelayed();
  app_.Put("line\n");
  EXPECT_EQ(err_.ReadThrough("\n"), "line\n");
  app_.Put("prompt> ");
  EXPECT_EQ(err_.ReadThrough("> "), "prompt> ");
}

TEST_F(RelayedBus, NoForgeryPassesForAnEvent) {
  const auto bus = OpenRelayed();
  bus->Emit(Violation("true"));
  EXPECT_TRUE(bus->Flush(kLong));
  const std::string event = err_.Available();
  std::string forged = event;
  forged.replace(forged.find("true"), 4, "fake");
  for (const std::string& attempt : {forged, " " + forged, "x\n" + forged, "x\r" + forged}) {
    app_.Put(attempt);
    bus->Emit(Violation("true"));
    EXPECT_TRUE(bus->Flush(kLong));
  }
  std::string passed = err_.Available();
  std::replace(passed.begin(), passed.end(), '\r', '\n');
  int genuine = 0;
  for (const std::string& line : Lines(passed)) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_discarded()) continue;
    EXPECT_EQ(json["message"], "true") << line;
    ++genuine;
  }
  EXPECT_EQ(genuine, 4);
}

TEST_F(RelayedBus, NoEventIsCutByAFloodWithoutNewlines) {
  const auto bus = OpenRelayed();
  constexpr std::size_t kFlood = 8 << 20;
  std::thread application([&] {
    const std::string block(10'000, 'x');
    for (std::size_t sent = 0; sent < kFlood; sent += block.size()) {
      ASSERT_EQ(write(app_.write.get(), block.data(), block.size()),
                static_cast<ssize_t>(block.size()));
    }
    app_.write.reset();
  });
  std::thread emitter([&] {
    for (int i = 0; i < 300; ++i) bus->Emit(Violation("event"));
    Event last;
    last.type = EventType::kExit;
    bus->Emit(last);
  });
  std::string text = err_.ReadThrough("\"exit\"");
  std::thread reader([&] { text += err_.ReadThrough("END"); });
  application.join();
  emitter.join();
  EXPECT_TRUE(bus->Flush(kLong));
  ASSERT_EQ(write(err_.write.get(), "END", 3), 3);
  reader.join();
  text.resize(text.size() - 3);

  std::size_t flood = 0;
  int events = 0;
  for (const std::string& line : Lines(text)) {
    if (line.find_first_not_of('x') == std::string::npos) {
      flood += line.size();
    } else {
      EXPECT_FALSE(nlohmann::json::parse(line, nullptr, false).is_discarded()) << line;
      ++events;
    }
  }
  EXPECT_GE(flood, kFlood) << "bytes of the application were lost";
  EXPECT_EQ(events, 301);
}

TEST_F(RelayedBus, BlocksTheApplicationAsABlockedStderrWould) {
  const std::size_t filled = err_.Fill('\n');
  const auto bus = OpenRelayed();
  fcntl(app_.write.get(), F_SETFL, O_NONBLOCK);
  const std::string line(1023, 'x');
  std::size_t taken = 0;
  // The pipe, the relay's buffer, and no more; the application's next write would block.
  pollfd room = {app_.write.get(), POLLOUT, 0};
  while (poll(&room, 1, 200) == 1) {
    const ssize_t count = write(app_.write.get(), (line + "\n").data(), line.size() + 1);
    if (count > 0) taken += static_cast<std::size_t>(count);
  }
  EXPECT_LE(taken, filled + 2 * 64 * 1024);
  bus->Emit(Violation("x"));
  std::string text = err_.ReadThrough("\"violation\"");
  EXPECT_TRUE(bus->Flush(kLong));
  text += err_.Available();
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, 'x')) / line.size(),
            taken / (line.size() + 1));
}

}  // namespace
}  // namespace nodeward
