// Reading another process's memory: a forked victim's, and what must not be trusted.
#include "judge/caller_memory.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

namespace nodeward {
namespace {

std::uint64_t AddressOf(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

std::size_t OpenDescriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

// Two pages of which the second cannot be read.
class EndOfMemory {
 public:
  EndOfMemory() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    start_ = static_cast<char*>(
        mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(start_ + page_, page_);
  }
  ~EndOfMemory() { munmap(start_, page_); }
  EndOfMemory(const EndOfMemory&) = delete;
  EndOfMemory& operator=(const EndOfMemory&) = delete;
  char* end() const { return start_ + page_; }

 private:
  std::size_t page_;
  char* start_;
};

// A child that wrote other bytes than the parent has, and then waits to be killed.
class Victim {
 public:
  explicit Victim(std::array<char, 64>& text) {
    int ready[2];
    EXPECT_EQ(pipe2(ready, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      std::strcpy(text.data(), "/only/in/the/victim");
      if (write(ready[1], "r", 1) != 1) _exit(1);
      for (;;) pause();
    }
    close(ready[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
  }
  ~Victim() { End(); }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

seccomp_data Chdir(const void* path) {
  seccomp_data call = {};
  call.nr = SYS_chdir;
  call.args[0] = AddressOf(path);
  return call;
}

TEST(ProcMemory, ReadsTheVictimsOwnMemory) {
  std::array<char, 64> text = {};
  std::strcpy(text.data(), "/in/the/parent");
  const Victim victim(text);
  ProcMemory memory(victim.pid(), [] { return true; });
  EXPECT_EQ(DecodeCall(Chdir(text.data()), memory).target, "/only/in/the/victim");
  EXPECT_STREQ(text.data(), "/in/the/parent");
}

TEST(ProcMemory, AsksOnceAfterTheOpenAndBeforeTheRead) {
  std::array<char, 64> text = {};
  const Victim victim(text);
  const std::size_t before = OpenDescriptors();
  int asked = 0;
  ProcMemory memory(victim.pid(), [&] {
    ++asked;
    EXPECT_EQ(OpenDescriptors(), before + 1) << "asked before the open proves nothing";
    return true;
  });
  EXPECT_EQ(OpenDescriptors(), before) << "opens nothing until it must";
  char byte = 0;
  EXPECT_EQ(memory.Read(AddressOf(text.data()), &byte, 1), 1u);
  EXPECT_EQ(memory.Read(AddressOf(text.data()), &byte, 1), 1u);
  EXPECT_EQ(asked, 1);
}

// What the last notification was read from, kept for the next one.
class KeptMemory : public testing::Test {
 protected:
  KeptMemory() { std::strcpy(text_.data(), "parent"); }
  std::size_t Read(ProcMemory& memory) { return memory.Read(AddressOf(text_.data()), &byte_, 1); }
  // One notification of this thread, read and over.
  void KeepFrom(pid_t tid) {
    ProcMemory memory(
        tid, [] { return true; }, false, &last_);
    ASSERT_EQ(Read(memory), 1u);
  }

  std::array<char, 64> text_ = {};  // the victim has something else there
  OpenMemory last_;
  char byte_ = 0;
};

TEST_F(KeptMemory, TheNextNotificationOfAThreadOpensNothing) {
  const Victim victim(text_);
  KeepFrom(victim.pid());
  const char first = byte_;
  const int kept = last_.fd.get();
  ASSERT_GE(kept, 0);
  int asked = 0;
  {
    ProcMemory memory(
        victim.pid(), [&] { return ++asked; }, false, &last_);
    ASSERT_EQ(Read(memory), 1u);
    EXPECT_EQ(byte_, first);
    EXPECT_NE(first, 'p') << "the victim's own";
  }
  EXPECT_EQ(last_.fd.get(), kept);
  EXPECT_EQ(asked, 1) << "what was read counts if the call waits after it";
}

TEST_F(KeptMemory, OfAnotherThreadIsNotRead) {
  const Victim victim(text_);
  KeepFrom(victim.pid());
  ProcMemory self(
      getpid(), [] { return true; }, false, &last_);
  ASSERT_EQ(Read(self), 1u);
  EXPECT_EQ(byte_, 'p');
}

TEST_F(KeptMemory, ThatEndedIsOpenedAnew) {
  Victim victim(text_);
  KeepFrom(victim.pid());
  victim.End();
  last_.tid = getpid();  // its number is this thread's now
  ProcMemory self(
      getpid(), [] { return true; }, false, &last_);
  ASSERT_EQ(Read(self), 1u);
  EXPECT_EQ(byte_, 'p');
}

TEST_F(KeptMemory, ReadsNothingForAnEndedNotification) {
  const Victim victim(text_);
  KeepFrom(victim.pid());
  ProcMemory memory(
      victim.pid(), [] { return false; }, false, &last_);
  EXPECT_EQ(Read(memory), 0u);
  EXPECT_FALSE(last_.fd.valid());
}

TEST(ProcMemory, DirectlyItIsTheSameMemory) {
  ProcMemory self(
      getpid(), [] { return true; }, true);
  const std::string text = "what stands here";
  std::string got(text.size(), ' ');
  ASSERT_EQ(self.Read(reinterpret_cast<std::uint64_t>(text.data()), got.data(), got.size()),
            text.size());
  EXPECT_EQ(got, text);
  char byte = 0;
  EXPECT_EQ(self.Read(0x10, &byte, 1), 0u);
  EXPECT_EQ(self.Read(~std::uint64_t{0} - 8, &byte, 1), 0u);
}

TEST(ProcMemory, DirectlyAnEndedNotificationReadsNothing) {
  const std::string text = "somebody else's";
  ProcMemory self(
      getpid(), [] { return false; }, true);
  std::string got(text.size(), ' ');
  EXPECT_EQ(self.Read(reinterpret_cast<std::uint64_t>(text.data()), got.data(), got.size()), 0u);
}

TEST(ProcMemory, AnEndedNotificationReadsNothing) {
  std::array<char, 64> text = {};
  const Victim victim(text);
  const std::size_t before = OpenDescriptors();
  int asked = 0;
  ProcMemory memory(victim.pid(), [&] { return ++asked > 1; });
  char byte = 'x';
  EXPECT_EQ(memory.Read(AddressOf(text.data()), &byte, 1), 0u);
  EXPECT_EQ(memory.Read(AddressOf(text.data()), &byte, 1), 0u);
  EXPECT_EQ(byte, 'x');
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(ProcMemory, AGoneProcessIsNeverAskedFor) {
  std::array<char, 64> text = {};
  Victim victim(text);
  const pid_t gone = victim.pid();
  victim.End();
  bool asked = false;
  ProcMemory memory(gone, [&] { return asked = true; });
  EXPECT_THAT(DecodeCall(Chdir(text.data()), memory).target, testing::EndsWith(" (unreadable)"));
  EXPECT_FALSE(asked);
}

TEST(ProcMemory, MemoryThatEndsIsShort) {
  const EndOfMemory memory;
  std::memcpy(memory.end() - 4, "/abc", 4);
  ProcMemory self(getpid(), [] { return true; });
  char buffer[64];
  EXPECT_EQ(self.Read(AddressOf(memory.end() - 4), buffer, sizeof(buffer)), 4u);
  EXPECT_EQ(self.Read(AddressOf(memory.end()), buffer, sizeof(buffer)), 0u);
  EXPECT_EQ(DecodeCall(Chdir(memory.end() - 4), self).target, "/abc\xe2\x80\xa6");
}

TEST(ProcMemory, KernelAddressesAreUnreadable) {
  ProcMemory self(getpid(), [] { return true; });
  char byte = 0;
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{0xffffffff81000000}, UINT64_MAX}) {
    EXPECT_EQ(self.Read(address, &byte, 1), 0u) << address;
  }
}

TEST(ProcMemory, ItsDescriptorIsCloseOnExec) {
  std::array<char, 64> text = {};
  const Victim victim(text);
  const std::string link = "/proc/" + std::to_string(victim.pid()) + "/mem";
  ProcMemory memory(victim.pid(), [] { return true; });
  char byte = 0;
  ASSERT_EQ(memory.Read(AddressOf(text.data()), &byte, 1), 1u);
  bool found = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (std::filesystem::read_symlink(entry, error) != link) continue;
    found = true;
    const int fd = std::stoi(entry.path().filename());
    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace nodeward
