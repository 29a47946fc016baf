#include "launch/starter_child.h"

#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kernel/sys.h"
#include "launch/child.h"
#include "launch/child_program.h"

namespace nodeward {
namespace {

using kernel::Call;

constexpr long kKernelSignals = 8;  // bytes of the kernel's own sigset_t

void ReapForever() noexcept {
  const unsigned long ended = 1ul << (SIGCHLD - 1);
  for (;;) {
    while (Call(SYS_wait4, -1, 0, WNOHANG) > 0) {
    }
    // Every signal is blocked since the keeper; this one is taken here.
    Call(SYS_rt_sigtimedwait, reinterpret_cast<long>(&ended), 0, 0, kKernelSignals);
  }
}

// Process 1 of the namespace: takes orphans, and nothing else. It passes no signal on (the keeper
// speaks to the application itself), and when it ends the kernel ends everything in the namespace
// (pid_namespaces(7)). It holds nothing: no memory of the launch, no descriptor, no capability.
[[noreturn]] void RunInit(const ChildProgram& program) noexcept {
  kernel::Prctl(PR_SET_PDEATHSIG, SIGKILL);
  kernel::Prctl(PR_SET_NAME, reinterpret_cast<unsigned long>("nodeward-init"));
  const long shared = reinterpret_cast<long>(program.shared);
  const long size = static_cast<long>(program.shared_size);
  Call(SYS_munmap, shared, size);
  kernel::CloseRange(0, ~0u, 0);
  Call(SYS_chdir, reinterpret_cast<long>("/"));
  Call(SYS_setsid);
  kernel::Prctl(PR_SET_NO_NEW_PRIVS, 1);
  kernel::Prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  if (kernel::CapSet({}) != 0) kernel::Exit(1);
  ReapForever();
  kernel::Exit(0);
}

// A sibling of the starter: a child of the keeper. The first one after unshare(2) is process 1.
pid_t Sibling() noexcept { return kernel::Clone(CLONE_PARENT | SIGCHLD); }

}  // namespace

void RunStarter(const ChildProgram& program, int gate, int answer) noexcept {
  kernel::Close(gate);  // so that the gate's other end tells when the keeper is gone
  EnterOuterNamespaces(program);
  const pid_t init = Sibling();
  if (init == 0) RunInit(program);
  StarterAnswer told = {init};
  if (init > 0) {
    told.application = Sibling();
    if (told.application == 0) {
      kernel::Close(answer);
      RunChild(program);
    }
    if (told.application < 0) Call(SYS_kill, init, SIGKILL);
  }
  kernel::Write(answer, &told, sizeof(told));
  kernel::Exit(0);
}

}  // namespace nodeward
