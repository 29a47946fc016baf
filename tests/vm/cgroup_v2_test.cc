// What only cgroup v2 asks of nodeward: stepping aside, and refusing where others stand. Runs in
// the virtual machine (cgroup.commands), alone in a systemd service with Delegate=yes; the suite
// NotDelegated in one without.
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "host/cgroup_probe.h"
#include "measures/cgroup.h"
#include "measures/cgroup_group.h"

namespace nodeward {
namespace {

constexpr int kPatience = 10000;  // milliseconds

std::string OwnGroup() { return ReadCgroupFile("/proc/self/cgroup").value_or(""); }

// An orphan in our group: neither nodeward nor a child of it. Dies with this object.
class Bystander {
 public:
  Bystander() {
    int told[2];
    EXPECT_EQ(pipe(told), 0);
    const pid_t middle = fork();
    if (middle == 0) {
      const pid_t orphan = fork();
      if (orphan == 0) {
        for (;;) pause();
      }
      _exit(write(told[1], &orphan, sizeof orphan) == sizeof orphan ? 0 : 1);
    }
    EXPECT_EQ(read(told[0], &pid_, sizeof pid_), static_cast<ssize_t>(sizeof pid_));
    EXPECT_EQ(waitpid(middle, nullptr, 0), middle);
    close(told[0]);
    close(told[1]);
  }
  // Waits for its end: the next test is alone in the group again.
  ~Bystander() {
    const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    kill(pid_, SIGKILL);
    pollfd wait{process.get(), POLLIN, 0};
    EXPECT_EQ(poll(&wait, 1, kPatience), 1);
  }
  std::string Pid() const { return std::to_string(pid_); }

 private:
  pid_t pid_ = 0;
};

class CgroupV2Test : public testing::Test {
 protected:
  void SetUp() override {
    host_.cgroup = ProbeCgroup();
    ASSERT_EQ(host_.cgroup.version, CgroupVersion::kV2);
    ASSERT_TRUE(host_.cgroup.kill);
    const CgroupController& pids = host_.cgroup.controllers.at("pids");
    ASSERT_TRUE(pids.writable) << pids.why_not;
    parent_ = pids.mount + pids.path;
    profile_.limits.pids = {{.value = 16}};
    ASSERT_TRUE(kCgroupMeasure.prepare(profile_, host_, plan_));
  }

  Profile profile_;
  HostReport host_;
  LaunchPlan plan_;
  std::string parent_;
};

TEST_F(CgroupV2Test, NodewardStepsAsideAndReturns) {
  const std::string before = OwnGroup();
  const auto made = kCgroupMeasure.establish(plan_);
  ASSERT_TRUE(made) << FormatError(made.error());
  EXPECT_TRUE(OwnGroup().ends_with("-supervisor\n")) << OwnGroup();
  EXPECT_EQ(CgroupWords(parent_ + "/cgroup.subtree_control"), std::vector<std::string>{"pids"})
      << "no more than is asked for";
  EXPECT_EQ(access(CgroupKillFile(plan_).c_str(), W_OK), 0) << CgroupKillFile(plan_);
  const auto again = kCgroupMeasure.establish(plan_);
  EXPECT_TRUE(again) << FormatError(again.error());

  ASSERT_TRUE(RemoveCgroups(plan_));
  ReturnToOwnCgroup(plan_);
  EXPECT_EQ(OwnGroup(), before);
  EXPECT_TRUE(CgroupWords(parent_ + "/cgroup.subtree_control").empty());
  const auto marker = MarkerOf(getpid());
  EXPECT_NE(access((parent_ + "/" + marker->Name() + "-supervisor").c_str(), F_OK), 0);
}

TEST_F(CgroupV2Test, OthersInTheGroupAreNamedAndLeft) {
  const std::string before = OwnGroup();
  const Bystander other;
  const CgroupController pids = ProbeCgroup().controllers.at("pids");
  EXPECT_FALSE(pids.writable);
  EXPECT_NE(pids.why_not.find(other.Pid()), std::string::npos) << pids.why_not;

  const auto made = kCgroupMeasure.establish(plan_);  // decided before the other came
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find(other.Pid()), std::string::npos) << made.error().what;
  EXPECT_EQ(OwnGroup(), before);
  EXPECT_NE(access(plan_.cgroups[0].directory.c_str(), F_OK), 0);
  EXPECT_TRUE(CgroupWords(parent_ + "/cgroup.subtree_control").empty());
}

TEST(NotDelegated, AControllerThatTheParentKeepsIsNamed) {
  const CgroupReport report = ProbeCgroup();
  const CgroupController& cpu = report.controllers.at("cpu");
  EXPECT_FALSE(cpu.writable);
  EXPECT_NE(cpu.why_not.find("the cpu controller is not delegated to "), std::string::npos)
      << cpu.why_not;
}

TEST(NotDelegated, TheUnitsOwnLimitsAreInherited) {
  const InheritedLimits inherited = ProbeCgroup().inherited;
  EXPECT_EQ(inherited.memory, std::uint64_t{512} << 20);
  EXPECT_EQ(inherited.swap, 0u);
  EXPECT_EQ(inherited.pids, 64u);
}

}  // namespace
}  // namespace nodeward
