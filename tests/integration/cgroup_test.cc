// The cgroup measure against the real hierarchy, v1 or v2, below the group in which this test runs.
// Wants root. On v2 it must be alone in its group: tests/vm runs it there.
#include <sys/mman.h>
#include <sys/utsname.h>

#include <cstdio>
#include <cstring>
#include <ctime>

#include "integration/cgroup_fixture.h"

namespace nodeward {
namespace {

bool KernelAtLeast(int major, int minor) {
  utsname name{};
  uname(&name);
  int has_major = 0;
  int has_minor = 0;
  EXPECT_EQ(std::sscanf(name.release, "%d.%d", &has_major, &has_minor), 2);
  return has_major > major || (has_major == major && has_minor >= minor);
}

// Whether the announcement comes; takes it, so that a second wait would be for the next one.
bool Announced(const CgroupWatch& watch) {
  const short event = watch.priority ? POLLPRI : POLLIN;
  pollfd wait{watch.fd.get(), event, 0};
  if (poll(&wait, 1, kPatience) != 1 || (wait.revents & event) == 0) return false;
  AcceptWatch(watch);
  return true;
}

bool Silent(const CgroupWatch& watch) {
  pollfd wait{watch.fd.get(), static_cast<short>(watch.priority ? POLLPRI : POLLIN), 0};
  return poll(&wait, 1, 0) == 0;
}

TEST_F(CgroupTest, ValuesAreInForceAndTheChildIsInside) {
  Memory(64 << 20);
  Swap(1 << 20);
  Cpu(0.5);
  Pids(16);
  Establish();
  EXPECT_EQ(Value("pids.max"), "16");
  if (V2()) {
    EXPECT_EQ(Value("memory.max"), std::to_string(64 << 20));
    EXPECT_EQ(Value("memory.swap.max"), std::to_string(1 << 20));
    EXPECT_EQ(Value("cpu.max"), "50000 100000");
  } else {
    EXPECT_EQ(Value("memory.limit_in_bytes"), std::to_string(64 << 20));
    EXPECT_EQ(Value("memory.memsw.limit_in_bytes"), std::to_string(65 << 20));
    EXPECT_EQ(Value("cpu.cfs_quota_us"), "50000");
  }

  int joined[2];
  ASSERT_EQ(pipe(joined), 0);
  Process child([&] {
    const char result = static_cast<char>(Join(plan_));
    return write(joined[1], &result, 1) == 1 ? Forever() : 1;
  });
  const auto before = Observe(child.pid());
  ASSERT_TRUE(before) << FormatError(before.error());
  const auto refused = kCgroupMeasure.verify(plan_, *before);
  ASSERT_FALSE(refused) << "outside of its group, verification must fail";
  EXPECT_NE(refused.error().what.find(plan_.cgroups[0].membership), std::string::npos);

  child.Release();
  char result = 1;
  ASSERT_EQ(read(joined[0], &result, 1), 1);
  ASSERT_EQ(result, 0) << std::strerror(result);
  close(joined[0]);
  close(joined[1]);
  const auto after = Observe(child.pid());
  ASSERT_TRUE(after) << FormatError(after.error());
  const auto verified = kCgroupMeasure.verify(plan_, *after);
  EXPECT_TRUE(verified) << FormatError(verified.error());
  EXPECT_GT(ReadCgroupUse(plan_).memory_current.value_or(0), 0u);
}

TEST_F(CgroupTest, ALimitThatTheKernelAltersIsRefused) {
  Memory(64 << 20);
  Prepare();
  for (auto& setting : plan_.cgroups[0].settings) setting.value = std::to_string((64 << 20) + 1);
  const auto made = kCgroupMeasure.establish(plan_);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("67108864 is there"), std::string::npos) << made.error().what;
  EXPECT_FALSE(Exists(plan_.cgroups[0].directory));
}

TEST_F(CgroupTest, NothingIsLeftOfAHalfMadeLaunch) {
  Memory(64 << 20);
  Pids(16);
  Prepare();
  plan_.cgroups.back().settings.back().value = "no number";
  EXPECT_FALSE(kCgroupMeasure.establish(plan_));
  for (const auto& group : plan_.cgroups) EXPECT_FALSE(Exists(group.directory));
}

TEST_F(CgroupTest, ARefusedForkIsCountedAndAnnounced) {
  Pids(3);
  Establish();
  const auto watches = WatchCgroups(plan_);
  ASSERT_EQ(watches.size(), 1u);
  EXPECT_TRUE(Silent(watches[0])) << "nothing happened yet";
  Process child([&] {
    if (Join(plan_) != 0) return 2;
    for (int i = 0; i < 10; ++i) {
      const pid_t pid = fork();
      if (pid < 0) return errno == EAGAIN ? 0 : 3;
      if (pid == 0) Forever();
    }
    return 4;
  });
  child.Release();
  EXPECT_EQ(child.Wait(), 0);
  // v1 on Linux 6.11 and later counts, but announces nothing (see WatchCgroups).
  if (V2() || !KernelAtLeast(6, 11)) {
    EXPECT_TRUE(Announced(watches[0]));
  }
  EXPECT_TRUE(Silent(watches[0])) << "an accepted announcement stays accepted";
  EXPECT_EQ(ReadCgroupUse(plan_).pids_refused, 1u);
}

TEST_F(CgroupTest, AnOomKillIsCountedAndAnnounced) {
  Memory(32 << 20);
  Swap(0);
  Establish();
  const auto watches = WatchCgroups(plan_);
  ASSERT_EQ(watches.size(), 1u);
  EXPECT_TRUE(Silent(watches[0]));
  Process child([&] {
    if (Join(plan_) != 0) return 2;
    constexpr std::size_t kSize = 256 << 20;
    void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 3;
    for (std::size_t i = 0; i < kSize; i += 4096) static_cast<volatile char*>(memory)[i] = 1;
    return 4;
  });
  child.Release();
  const int status = child.Wait();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  EXPECT_TRUE(Announced(watches[0]));
  const CgroupUse use = ReadCgroupUse(plan_);
  EXPECT_EQ(use.oom_kills, 1u);
  EXPECT_GT(use.memory_peak.value_or(0), 16u << 20);
  EXPECT_LE(use.memory_peak.value_or(0), 32u << 20);
}

TEST_F(CgroupTest, ThrottlingIsCounted) {
  Cpu(0.05);
  Establish();
  Process child([&] {
    if (Join(plan_) != 0) return 2;
    // Half a second of wall time at a twentieth of a processor: several periods end throttled.
    timespec start{};
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
      clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 500);
    return 0;
  });
  child.Release();
  EXPECT_EQ(child.Wait(), 0);
  const CgroupUse use = ReadCgroupUse(plan_);
  EXPECT_GT(use.throttled_periods.value_or(0), 0u);
  EXPECT_GT(use.throttled_usec.value_or(0), 0u);
}

TEST_F(CgroupTest, RemovalEndsWhatEscapedItsSession) {
  Pids(64);
  Establish();
  EXPECT_EQ(CgroupKillFile(plan_).empty(), !V2());
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  Process child([&] {
    if (Join(plan_) != 0) return 2;
    for (int i = 0; i < 20; ++i) {
      if (fork() == 0) {
        setsid();
        if (fork() == 0) {
          if (write(ready[1], "x", 1) != 1) _exit(1);
          Forever();
        }
        _exit(0);
      }
    }
    return 0;
  });
  child.Release();
  EXPECT_EQ(child.Wait(), 0);
  for (int i = 0; i < 20; ++i) {
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
  }
  EXPECT_TRUE(child.Lives()) << "the orphans live on";
  const auto removed = RemoveCgroups(plan_);
  EXPECT_TRUE(removed) << FormatError(removed.error());
  EXPECT_TRUE(child.AllGone());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(CgroupTest, ASecondStartGetsANewGroup) {
  Pids(3);
  Establish();
  Process left(Forever);
  ASSERT_TRUE(
      WriteCgroupFile(plan_.cgroups[0].directory + "/cgroup.procs", std::to_string(left.pid())));
  const auto made = kCgroupMeasure.establish(plan_);
  ASSERT_TRUE(made) << FormatError(made.error());
  EXPECT_TRUE(left.AllGone());
  EXPECT_TRUE(CgroupProcesses(plan_.cgroups[0].directory).empty());
}

}  // namespace
}  // namespace nodeward
