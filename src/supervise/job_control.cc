#include "supervise/job_control.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace nodeward {
namespace {

bool HasForeground(pid_t group) {
  const pid_t foreground = tcgetpgrp(STDIN_FILENO);
  return foreground == group || foreground == getpgrp();
}

// Stops this job as Ctrl-Z would. Only this process takes the signal: the keeper has it blocked.
// The kernel drops it where the group is orphaned, so that no shell could continue it
// (POSIX, 2.4.3). True when this process was stopped and continued.
// Where the application `waits_for_terminal`, a shell that gives it in this moment would not do so
// again: the signal is pending before the last look, so that the shell's `fg` either is seen by
// that look or ends the stop.
bool StopJob(pid_t group, bool waits_for_terminal) {
  sigset_t stop;
  sigset_t before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  kill(0, SIGTSTP);
  if (waits_for_terminal && HasForeground(group))
    kill(0, SIGCONT);  // discards it, for the whole job
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

}  // namespace

JobControl::JobControl(bool terminal) : terminal_(terminal) {}

bool JobControl::StopWith(pid_t group, int signal) {
  // Where the group has the terminal by now, the shell's `fg` overtook the report.
  const bool waits_for_terminal = signal == SIGTTIN || signal == SIGTTOU;
  if (waits_for_terminal && HasForeground(group)) return false;
  // Who sends SIGSTOP means to send SIGCONT.
  if (getpid() == 1 || getsid(0) == getpid()) return signal == SIGSTOP;
  if (!waits_for_terminal) TakeBack(group);
  return StopJob(group, waits_for_terminal) || signal == SIGSTOP;
}

void JobControl::GiveTo(pid_t group) {
  if (terminal_ && tcgetpgrp(STDIN_FILENO) == getpgrp()) tcsetpgrp(STDIN_FILENO, group);
}

void JobControl::TakeBack(pid_t group) {
  if (!terminal_) return;
  const pid_t foreground = tcgetpgrp(STDIN_FILENO);
  const bool gone = foreground > 0 && kill(-foreground, 0) != 0 && errno == ESRCH;
  if (foreground == group || gone) tcsetpgrp(STDIN_FILENO, getpgrp());  // SIGTTOU is blocked
}

}  // namespace nodeward
