#include "supervise/job_control.h"

#include <signal.h>
#include <unistd.h>

namespace nodeward {

JobControl::JobControl(bool terminal) : terminal_(terminal) {}

bool JobControl::StopWith(int signal) {
  if (!terminal_ || signal != SIGTSTP) return terminal_ == false;
  if (getpid() == 1 || getsid(0) == getpid()) return false;  // no shell could continue it
  TakeBack();
  kill(getpid(), SIGSTOP);
  return true;
}

void JobControl::GiveTo(pid_t group) {
  if (terminal_ && tcgetpgrp(STDIN_FILENO) == getpgrp()) tcsetpgrp(STDIN_FILENO, group);
}

void JobControl::TakeBack() {
  if (terminal_) tcsetpgrp(STDIN_FILENO, getpgrp());  // SIGTTOU is blocked
}

}  // namespace nodeward
