#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <iterator>

#include "host/probe_parts.h"
#include "host/proc.h"
#include "host/report.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

TEST(ProbeHostTest, AgreesWithTheSystemCalls) {
  const HostReport host = ProbeHost();
  utsname name{};
  ASSERT_EQ(::uname(&name), 0);
  EXPECT_EQ(host.kernel_release, name.release);
  EXPECT_EQ(host.machine, name.machine);
  EXPECT_GT(host.kernel_major, 0);
  EXPECT_EQ(host.uid, ::geteuid());
  EXPECT_EQ(host.gid, ::getegid());
  kernel::CapabilitySets sets;
  ASSERT_EQ(kernel::CapGet(&sets), 0);
  EXPECT_EQ(host.cap_effective, sets.effective);
  EXPECT_EQ(host.cap_permitted, sets.permitted);
  EXPECT_FALSE(host.pid1);
  EXPECT_GT(host.memory_total, 0u);
  EXPECT_GE(host.memory_total, host.memory_available);
  EXPECT_GE(host.processors, 1u);
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_EQ(host.limits.at(RLIMIT_NOFILE).second, files.rlim_max);
}

TEST(ProbeHostTest, TheBoundingSetIsTheOneOfProc) {
  const HostReport host = ProbeHost();
  Observed self;
  ASSERT_TRUE(ParseStatus(ReadProcFileOrEmpty("/proc/self/status"), &self));
  EXPECT_EQ(host.cap_bounding, self.cap_bounding);
  EXPECT_EQ(ReadProcFileOrEmpty("/proc/sys/kernel/cap_last_cap"),
            std::to_string(host.last_capability) + "\n");
}

TEST(ProbeHostTest, LeavesThisProcessAsItWas) {
  const int dumpable = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
  sigset_t child_signal;
  ::sigemptyset(&child_signal);
  ::sigaddset(&child_signal, SIGCHLD);
  ASSERT_EQ(::sigprocmask(SIG_BLOCK, &child_signal, nullptr), 0);
  const auto before = Observe(::getpid());
  ProbeHost();
  const auto after = Observe(::getpid());
  sigset_t pending;
  ASSERT_EQ(::sigpending(&pending), 0);
  ASSERT_EQ(::sigprocmask(SIG_UNBLOCK, &child_signal, nullptr), 0);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), dumpable);
  EXPECT_EQ(before->no_new_privs, after->no_new_privs);
  EXPECT_EQ(before->seccomp_filters, after->seccomp_filters);
  EXPECT_EQ(before->fds.size(), after->fds.size());
  // No child is left over, and none was ever announced.
  EXPECT_EQ(::sigismember(&pending, SIGCHLD), 0);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG | __WALL), -1);
  EXPECT_EQ(errno, ECHILD);
}

// Runs the probe in a child that has first put a filter around itself; exits with `judge`'s answer.
template <class Surround, class Judge>
int ProbeInside(Surround surround, Judge judge) {
  const pid_t child = ::fork();
  if (child == 0) {
    // An ordinary end: GoogleTest's buffers and the sanitizers' reports stay the parent's.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || surround() < 0) ::_exit(100);
    ::_exit(judge(SeccompTrial().Finish(ReadProcFileOrEmpty("/proc/self/status"))));
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A filter that answers `verdict` to seccomp(2) and allows the rest.
int Answer(std::uint32_t verdict, unsigned flags) {
  constexpr std::uint32_t kSeccomp = __NR_seccomp;
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSeccomp, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, verdict),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  return kernel::InstallFilter(flags, &program);
}

TEST(SeccompTrialTest, FindsTheListenerWithoutAnythingInTheWay) {
  const auto judge = [](const SeccompReport& report) {
    return report.filter && report.user_notif && report.why_no_notif.empty() ? 0 : 1;
  };
  EXPECT_EQ(ProbeInside([] { return 0; }, judge), 0);
}

TEST(SeccompTrialTest, ATrialThatIsNeverFinishedLeavesNoChild) {
  { const SeccompTrial trial; }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG | __WALL), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(SeccompTrialTest, AnotherListenerIsNamed) {
  const auto judge = [](const SeccompReport& report) {
    if (!report.filter || report.user_notif || report.wait_killable) return 1;
    if (report.mode != 2 || report.filters < 1) return 2;
    return report.why_no_notif.find("another listener") == std::string::npos ? 3 : 0;
  };
  const auto listen = [] { return Answer(SECCOMP_RET_ALLOW, SECCOMP_FILTER_FLAG_NEW_LISTENER); };
  EXPECT_EQ(ProbeInside(listen, judge), 0);
}

TEST(SeccompTrialTest, ARefusedCallMeansNoFilter) {
  const auto judge = [](const SeccompReport& report) {
    return report.filter || report.user_notif || report.why_no_notif.empty() ? 1 : 0;
  };
  const auto refuse = [] { return Answer(SECCOMP_RET_ERRNO | EPERM, 0); };
  EXPECT_EQ(ProbeInside(refuse, judge), 0);
}

TEST(SeccompTrialTest, AFilterThatKillsWhoeverAsksKillsTheTrialAlone) {
  const auto judge = [](const SeccompReport& report) {
    if (report.filter || report.user_notif) return 1;
    return report.why_no_notif.find("killed") == std::string::npos ? 2 : 0;
  };
  const auto kill = [] { return Answer(SECCOMP_RET_KILL_PROCESS, 0); };
  EXPECT_EQ(ProbeInside(kill, judge), 0);
}

TEST(SeccompTrialTest, WorksWhereChildrenAreIgnored) {
  const auto judge = [](const SeccompReport& report) { return report.user_notif ? 0 : 1; };
  const auto ignore = [] { return ::signal(SIGCHLD, SIG_IGN) == SIG_ERR ? -1 : 0; };
  EXPECT_EQ(ProbeInside(ignore, judge), 0);
}

}  // namespace
}  // namespace nodeward
