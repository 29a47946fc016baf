// What the tests of the cgroup measure share: a real host, a plan, and processes to put into
// groups.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "host/cgroup_probe.h"
#include "measures/cgroup.h"
#include "measures/cgroup_group.h"
#include "measures/child_applies.h"

namespace nodeward {

inline constexpr int kPatience = 10000;  // milliseconds; for what must happen, so never waited out

inline std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

inline bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// A forked process: runs `body` when released, and tells its end by a status. Its death closes
// `alive`.
class Process {
 public:
  explicit Process(const std::function<int()>& body) {
    int gate[2];
    int alive[2];
    EXPECT_EQ(pipe(gate), 0);
    EXPECT_EQ(pipe(alive), 0);
    // The descriptors of the child are looked at: none is on its way out by then.
    const UniqueFd settled(eventfd(0, 0));
    pid_ = fork();
    if (pid_ == 0) {
      close(gate[1]);
      close(alive[0]);
      char go = 0;
      if (eventfd_write(settled.get(), 1) != 0) _exit(98);
      if (read(gate[0], &go, 1) != 1) _exit(99);
      _exit(body());
    }
    eventfd_t told = 0;
    EXPECT_EQ(eventfd_read(settled.get(), &told), 0);
    close(gate[0]);
    close(alive[1]);
    gate_.reset(gate[1]);
    alive_.reset(alive[0]);
  }
  ~Process() { End(); }

  pid_t pid() const { return pid_; }
  void Release() const { EXPECT_EQ(write(gate_.get(), "x", 1), 1); }
  // True once the process and all that it forked are gone.
  bool AllGone() const {
    pollfd wait{alive_.get(), POLLIN, 0};
    return poll(&wait, 1, kPatience) == 1 && (wait.revents & POLLHUP) != 0;
  }
  bool Lives() const {
    pollfd wait{alive_.get(), POLLIN, 0};
    return poll(&wait, 1, 0) == 0;
  }
  int Wait() {
    int status = -1;
    while (pid_ > 0 && waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }

 private:
  pid_t pid_ = 0;
  UniqueFd gate_;
  UniqueFd alive_;
};

inline int Join(const LaunchPlan& plan) {
  static std::vector<std::string> paths;
  paths.clear();
  ChildProgram program{};
  for (const auto& group : plan.cgroups) paths.push_back(group.directory + "/cgroup.procs");
  for (const auto& path : paths) program.cgroup_procs[program.cgroup_count++] = path.c_str();
  return ApplyCgroup(program);
}

// Until killed. Should the code under test fail to do that, nothing stays behind for long.
inline int Forever() {
  alarm(60);
  for (;;) pause();
}

class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(geteuid(), 0u) << "this test wants root";
    host_.cgroup = ProbeCgroup();
    host_.memory_total = std::uint64_t{8} << 30;
    for (const char* name : {"memory", "cpu", "pids"}) {
      ASSERT_TRUE(host_.cgroup.controllers.contains(name)) << name;
      ASSERT_TRUE(host_.cgroup.controllers[name].writable)
          << host_.cgroup.controllers[name].why_not;
    }
  }
  void TearDown() override {
    EXPECT_TRUE(RemoveCgroups(plan_));
    for (const auto& group : plan_.cgroups) EXPECT_FALSE(Exists(group.directory));
    ReturnToOwnCgroup(plan_);
    for (const auto& [name, controller] : host_.cgroup.controllers) {
      EXPECT_EQ(ProbeCgroup().controllers[name].membership, controller.membership);
    }
  }

  void Memory(std::uint64_t bytes) { profile_.limits.memory = {{.value = {.bytes = bytes}}}; }
  void Swap(std::uint64_t bytes) { profile_.limits.swap = {{.value = {.bytes = bytes}}}; }
  void Cpu(double processors) { profile_.limits.cpu = {{.value = processors}}; }
  void Pids(std::uint64_t count) { profile_.limits.pids = {{.value = count}}; }

  void Prepare() {
    const auto prepared = kCgroupMeasure.prepare(profile_, host_, plan_);
    ASSERT_TRUE(prepared) << FormatError(prepared.error());
  }
  void Establish() {
    Prepare();
    const auto made = kCgroupMeasure.establish(plan_);
    ASSERT_TRUE(made) << FormatError(made.error());
  }
  std::string Value(const std::string& file) const {
    for (const auto& group : plan_.cgroups) {
      if (Exists(group.directory + "/" + file)) return ReadAll(group.directory + "/" + file);
    }
    return "no " + file;
  }
  bool V2() const { return host_.cgroup.controllers.at("pids").v2; }
  std::string OwnDirectory(const std::string& name) const {
    const CgroupController& controller = host_.cgroup.controllers.at(name);
    return controller.mount + (controller.path == "/" ? "" : controller.path);
  }

  Profile profile_;
  HostReport host_;
  LaunchPlan plan_;
};

}  // namespace nodeward
