#include "events/fd_writer.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>

#include <csignal>
#include <thread>

#include "unit/events/pipes.h"

namespace nodeward {
namespace {

class FdWriterTest : public testing::Test {
 protected:
  FdWriterTest() { signal(SIGPIPE, SIG_IGN); }
  void Abort() { eventfd_write(abort_.get(), 1); }

  UniqueFd abort_{eventfd(0, EFD_CLOEXEC)};
  Pipe pipe_;
};

// Far more than a pipe holds, in pieces that fall anywhere.
std::string Long() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += std::to_string(i) + ",";
  return text;
}

void WriteLongLine(FdWriter& writer, Pipe& pipe) {
  const std::string text = Long();
  std::thread thread([&] { EXPECT_EQ(writer.WriteLine(text), 0); });
  EXPECT_EQ(pipe.ReadThrough("\n"), text + "\n");
  thread.join();
}

TEST_F(FdWriterTest, CompletesPartialWrites) {
  FdWriter writer(pipe_.write.get(), abort_.get());
  WriteLongLine(writer, pipe_);
  EXPECT_FALSE(writer.mid_line());
}

TEST_F(FdWriterTest, LosesNothingWhenSomebodySetNonBlocking) {
  FdWriter writer(pipe_.write.get(), abort_.get());
  ASSERT_EQ(fcntl(pipe_.write.get(), F_SETFL, O_NONBLOCK), 0);
  WriteLongLine(writer, pipe_);
}

TEST_F(FdWriterTest, LeavesTheFlagsOfASharedDescriptionAlone) {
  FdWriter writer(pipe_.write.get(), abort_.get());
  EXPECT_EQ(writer.WriteLine("x"), 0);
  EXPECT_EQ(fcntl(pipe_.write.get(), F_GETFL) & O_NONBLOCK, 0);
}

// A terminal knows no RWF_NOWAIT: the way of older kernels' pipes too.
TEST_F(FdWriterTest, WritesToATerminal) {
  int master = -1;
  int slave = -1;
  termios raw{};
  cfmakeraw(&raw);
  ASSERT_EQ(openpty(&master, &slave, nullptr, &raw, nullptr), 0);
  Pipe terminal;
  terminal.read = UniqueFd(master);
  terminal.write = UniqueFd(slave);
  FdWriter writer(slave, abort_.get());
  WriteLongLine(writer, terminal);
}

TEST_F(FdWriterTest, GivesUpWhenToldTo) {
  pipe_.Fill('x');
  FdWriter writer(pipe_.write.get(), abort_.get());
  std::thread thread([&] { EXPECT_EQ(writer.WriteLine("never"), ECANCELED); });
  Abort();
  thread.join();
}

TEST_F(FdWriterTest, SaysThatNobodyReads) {
  FdWriter writer(pipe_.write.get(), abort_.get());
  pipe_.read.reset();
  EXPECT_EQ(writer.WriteLine("x"), EPIPE);
}

TEST_F(FdWriterTest, BeginsAFreshLineAfterACutOne) {
  FdWriter writer(pipe_.write.get(), abort_.get());
  std::array<iovec, 3> parts = {Part("a"), Part(""), Part("b")};
  EXPECT_EQ(writer.Write(parts), 0);
  EXPECT_TRUE(writer.mid_line());
  EXPECT_EQ(writer.WriteLine("c"), 0);
  EXPECT_EQ(writer.WriteLine("d"), 0);
  EXPECT_EQ(pipe_.Available(), "ab\nc\nd\n");
}

}  // namespace
}  // namespace nodeward
