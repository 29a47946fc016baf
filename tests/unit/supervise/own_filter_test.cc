// The supervisor's own filter: judged by the evaluator, and once in a process of its own.
#include "supervise/own_filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "kernel/architecture.h"
#include "measures/bpf_evaluator.h"

namespace nodeward {
namespace {

constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | EPERM;

std::uint32_t Answer(const seccomp_data& call) { return EvaluateFilter(OwnFilter(), call).value(); }

TEST(OwnFilter, WhatItsWorkNeedsPasses) {
  for (const int call : {SYS_ioctl, SYS_read, SYS_openat, SYS_connect, SYS_pidfd_getfd,
                         SYS_setfsuid, SYS_futex, SYS_mmap, SYS_waitid, SYS_exit_group}) {
    EXPECT_EQ(Answer(CallOf(call)), SECCOMP_RET_ALLOW) << call;
  }
}

TEST(OwnFilter, NoProgramsMountsTracingOrModules) {
  for (const int call :
       {SYS_execve, SYS_execveat, SYS_ptrace, SYS_mount, SYS_umount2, SYS_pivot_root,
        SYS_init_module, SYS_finit_module, SYS_bpf, SYS_kexec_load, SYS_process_vm_writev,
        SYS_io_uring_setup, SYS_setns, SYS_open_by_handle_at, SYS_reboot, SYS_symlinkat, SYS_linkat,
        447, 100000}) {
    EXPECT_EQ(Answer(CallOf(call)), kRefused) << call;
  }
}

TEST(OwnFilter, ThreadsAndNoProcesses) {
  EXPECT_EQ(Answer(CallOf(SYS_clone, CLONE_VM | CLONE_THREAD)), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Answer(CallOf(SYS_clone, SIGCHLD)), kRefused);
  EXPECT_EQ(Answer(CallOf(SYS_clone, std::uint64_t{CLONE_THREAD} << 32)), kRefused);
  EXPECT_EQ(Answer(CallOf(435)), SECCOMP_RET_ERRNO | ENOSYS) << "clone3: its flags lie in memory";
}

TEST(OwnFilter, AForeignArchitectureEndsIt) {
  seccomp_data call = CallOf(SYS_read);
  call.arch = AUDIT_ARCH_I386;
  EXPECT_EQ(Answer(call), SECCOMP_RET_KILL_PROCESS);
  if (!kernel::kForeignNumbers) return;
  const auto foreign = static_cast<int>(*kernel::kForeignNumbers | SYS_read);
  EXPECT_EQ(Answer(CallOf(foreign)), SECCOMP_RET_KILL_PROCESS) << "x32";
}

// 0 when all of it is as it should be; a number names what is not.
int TryUnderFilter() {
  std::atomic<bool> go{false};
  std::atomic<int> other{0};
  std::thread before([&] {  // made before the filter, held by it all the same
    while (!go) std::this_thread::yield();
    other = syscall(SYS_ptrace, 0, 0, 0, 0) < 0 ? errno : 1;
  });
  if (!EnterOwnFilter()) return 1;
  go = true;
  before.join();
  if (other != EPERM) return 2;
  char* const words[] = {nullptr};
  if (execve("/bin/true", words, words) == 0 || errno != EPERM) return 3;
  if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0 || errno != EPERM) return 4;
  bool ran = false;
  std::thread([&] { ran = true; }).join();
  return ran ? 0 : 5;
}

TEST(OwnFilter, HoldsForEveryThread) {
  const pid_t child = fork();
  if (child == 0) _exit(TryUnderFilter());
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace nodeward
