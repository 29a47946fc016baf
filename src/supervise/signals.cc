#include "supervise/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace nodeward {

void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  // Where a parent left SIGCHLD ignored, the kernel would reap, and no wait would ever tell
  // (waitpid(2)).
  signal(SIGCHLD, SIG_DFL);
}

UniqueFd OpenSignals() {
  sigset_t all;
  sigfillset(&all);
  return UniqueFd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
}

bool IsForApplication(int signal) {
  switch (signal) {
    case SIGPIPE:
    case SIGURG:
    case SIGTTIN:
    case SIGTTOU:
    case SIGXCPU:
    case SIGXFSZ:
      return false;
    default:
      return signal != SIGRTMAX;
  }
}

void ReapOthers(pid_t keeper) {
  siginfo_t info = {};
  while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    if (info.si_pid == keeper) return;
    waitpid(info.si_pid, nullptr, WNOHANG);
    info.si_pid = 0;
  }
}

}  // namespace nodeward
