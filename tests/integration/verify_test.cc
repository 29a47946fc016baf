// The last line of defence: a measure that was planned but is not in force ends the launch before
// the application executes. Each measure's step is taken out in turn; the supervisor must find out
// from /proc and what the child tells of itself. Root, a real keeper and a real child, in a process
// of its own for each launch, since a launch cannot be undone.
#define BOOST_PROCESS_USE_STD_FS  // Boost.Filesystem would be one more library for a path
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/optional.hpp>  // 1.81 of the next one forgets it
#include <boost/process/v2/process.hpp>
#include <functional>
#include <thread>

#include "host/report.h"
#include "launch/launch.h"
#include "measures/cgroup.h"
#include "measures/measure.h"
#include "profile/load.h"
#include "supervise/signals.h"
#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr int kPatienceMs = 10000;
constexpr const char* kExecuted = "executed";
const char* const kUser = "61240";

// Runs `body` in a forked process and answers what it returned.
std::string InOwnProcess(const std::function<std::string()>& body) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    const std::string told = body();
    const bool whole =
        write(ends[1], told.data(), told.size()) == static_cast<ssize_t>(told.size());
    _exit(whole ? 0 : 1);
  }
  close(ends[1]);
  const UniqueFd from(ends[0]);
  std::string told;
  char buffer[4096];
  for (ssize_t size; (size = read(from.get(), buffer, sizeof(buffer))) > 0;) {
    told.append(buffer, static_cast<std::size_t>(size));
  }
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0) << "the launching process failed";
  return told;
}

// Everything is asked for, so that every measure has something to put in force.
PlanRequest Request(const std::vector<std::string>& command) {
  auto profile = LoadProfile(
      {"default",
       {std::string("process.user=\"") + kUser + "\"", "limits.files=333", "limits.pids=100",
        "namespaces.ipc=true", "namespaces.uts=true", "namespaces.net=true",
        "secrets.vault=/nowhere/app.vault.age", "secrets.deliver=file"}});
  PlanRequest request;
  request.profile = std::move(*profile);
  request.host = ProbeHost();
  request.host.namespaces = ProbeNamespaces(request.host);
  request.command = command;
  return request;
}

void WaitForExit(Keeper& keeper) {
  for (;;) {
    const auto report = keeper.Await(kPatienceMs);
    if (!report || report->first.kind == ReportKind::kExited) return;
  }
}

// Lets every call that waits for an answer pass, until nobody is left to ask.
class LetThrough : public Attendant {
 public:
  explicit LetThrough(std::function<void()> taken = [] {}) : taken_(std::move(taken)) {}
  ~LetThrough() override {
    if (thread_.joinable()) thread_.join();
  }
  void Take(UniqueFd listener) override {
    listener_ = std::move(listener);
    taken_();
  }
  void BeforeRelease(pid_t, UniqueFd) override {
    if (listener_.valid()) thread_ = std::thread([this] { Answer(); });
  }

 private:
  void Answer() {
    for (;;) {
      pollfd wait{listener_.get(), POLLIN, 0};
      if (poll(&wait, 1, kPatienceMs) != 1 || (wait.revents & POLLHUP) != 0) return;
      seccomp_notif call = {};
      if (ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
      seccomp_notif_resp answer = {};
      answer.id = call.id;
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
      ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
  }

  std::function<void()> taken_;
  UniqueFd listener_;
  std::thread thread_;
};

// What the launches begin from; the vault's part is here, so that none is opened.
LaunchPlan Seed(const Keeper& keeper) {
  static const SecretBuffer value = SecretBuffer::Copy("value");
  LaunchPlan seed;
  seed.guarded = {getpid(), getpgrp(), keeper.pid(), {}};
  seed.control = keeper.child_control();
  seed.secrets = {{"TOKEN", &value}};
  return seed;
}

// As RunCommand does, with the steps of `without` taken out of what the child applies. They stay
// among what the supervisor verifies. kExecuted, or the error's words.
std::string LaunchWithout(const std::vector<std::string>& without,
                          const std::vector<std::string>& command, bool verified = true) {
  auto arena = Arena::Create();
  BlockSignals();
  auto keeper = Keeper::Start(*arena);
  auto plan = MakePlan(Request(command), Seed(*keeper), false);
  if (!plan) return plan.error().front().what;
  const auto taken_out = [&](std::uint32_t index) {
    return std::ranges::count(without, Measures()[index].name) > 0;
  };
  std::erase_if(plan->steps, taken_out);
  // Without a filter no listener comes, and none is waited for.
  if (std::ranges::count(without, "seccomp") > 0) plan->launch.filter.flags = 0;
  if (auto established = Establish(*plan); !established) return established.error().what;
  if (!verified) plan->kept.clear();
  LetThrough attendant;
  const auto launched = Launch(*plan, *keeper, *arena, attendant);
  if (launched) WaitForExit(*keeper);
  keeper->Finish();
  const auto removed = RemoveCgroups(plan->launch);
  ReturnToOwnCgroup(plan->launch);
  if (!removed) return removed.error().what;
  return launched ? kExecuted : launched.error().what;
}

// The first line of /proc/PID/maps that is writable and shared; empty when none is.
std::string SharedMemoryOf(const std::string& pid) {
  std::ifstream maps("/proc/" + pid + "/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" rw-s ") != std::string::npos) return line;
  }
  return {};
}

// Launches, and looks at the keeper's children while they wait to be verified.
std::string SharedDuringLaunch(const std::vector<std::string>& command) {
  auto arena = Arena::Create();
  BlockSignals();
  auto keeper = Keeper::Start(*arena);
  auto plan = MakePlan(Request(command), Seed(*keeper), false);
  if (!plan || !Establish(*plan)) return "no plan";
  const std::string own = std::to_string(keeper->pid());
  if (SharedMemoryOf(own).empty()) return "the control fails: the keeper shares no memory";
  std::string found = "no child seen";
  LetThrough attendant([&] {
    std::ifstream children("/proc/" + own + "/task/" + own + "/children");
    for (std::string child; children >> child;) {
      if (found == "no child seen") found.clear();
      found += SharedMemoryOf(child);
    }
  });
  const auto launched = Launch(*plan, *keeper, *arena, attendant);
  if (launched) WaitForExit(*keeper);
  keeper->Finish();
  static_cast<void>(RemoveCgroups(plan->launch));
  return launched ? found : launched.error().what;
}

// The names of the measures that act in the child.
std::vector<std::string> Steps() {
  std::vector<std::string> names;
  for (const Measure& measure : Measures()) {
    if (measure.apply != nullptr) names.emplace_back(measure.name);
  }
  return names;
}

class VerifyTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ASSERT_EQ(geteuid(), 0u) << "this test wants root";
    ASSERT_EQ(chmod(folder_.path().c_str(), 01777), 0);
    // Inherited, and not close-on-exec: only the descriptors measure keeps it from the application.
    inherited_.reset(open("/etc", O_RDONLY | O_DIRECTORY));
  }

  // A folder that the command makes: its effect, whoever asks.
  std::string Mark() const { return folder_ / "mark"; }
  bool Ran() const { return access(Mark().c_str(), F_OK) == 0; }
  std::vector<std::string> Command() const { return {"/bin/mkdir", Mark()}; }

  std::string Without(const std::vector<std::string>& names) const {
    return InOwnProcess([&] { return LaunchWithout(names, Command()); });
  }

 private:
  test::ScratchFolder folder_;
  UniqueFd inherited_;
};

TEST_F(VerifyTest, BareTheCommandLeavesItsMark) {
  boost::asio::io_context context;
  boost::process::v2::process helper(context, "/bin/mkdir", std::vector<std::string>{Mark()});
  EXPECT_EQ(helper.wait(), 0);
  EXPECT_TRUE(Ran());
}

TEST_F(VerifyTest, WithEveryStepTheCommandRuns) {
  EXPECT_EQ(Without({}), kExecuted);
  EXPECT_TRUE(Ran());
}

TEST_F(VerifyTest, WithoutNoNewPrivsTheKernelTakesNoFilter) {
  EXPECT_THAT(Without({"no_new_privs", "landlock"}), StartsWith("seccomp: the kernel refused"));
  EXPECT_FALSE(Ran());
}

// What a process of the application's user could write to must not be what root starts the next one
// from.
TEST_F(VerifyTest, TheChildSharesNoMemoryWithTheKeeper) {
  EXPECT_EQ(InOwnProcess([&] { return SharedDuringLaunch(Command()); }), "");
  EXPECT_TRUE(Ran());
}

TEST_F(VerifyTest, UnverifiedAMissingStepWouldGoUnnoticed) {
  const auto unverified = [&] { return LaunchWithout({"limits"}, Command(), false); };
  EXPECT_EQ(InOwnProcess(unverified), kExecuted);
  EXPECT_TRUE(Ran());
}

// What has to go with a step, so that the launch gets as far as the verification.
std::vector<std::string> With(const std::string& name) {
  if (name == "bounding") return {name, "capabilities"};  // which then has no CAP_SETPCAP
  if (name == "no_new_privs") return {name, "landlock", "seccomp"};  // which wants it: see above
  return {name};
}

// Where the words differ, the process cannot even be looked at: it is still root's.
std::string Refusal(const std::string& name) {
  if (name == "identity") return "not started: its process cannot be looked at as user 61240";
  return "not started: " + name + " is not in force";
}

TEST_P(VerifyTest, EndsTheLaunchWhenTheStepIsMissing) {
  EXPECT_THAT(Without(With(GetParam())), HasSubstr(Refusal(GetParam())));
  EXPECT_FALSE(Ran()) << "verified too late";
}

INSTANTIATE_TEST_SUITE_P(EachMeasure, VerifyTest, testing::ValuesIn(Steps()),
                         [](const auto& measure) { return measure.param; });

}  // namespace
}  // namespace nodeward
