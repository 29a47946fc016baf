// Sharing a terminal with the shell that started nodeward: the application's group has the
// foreground while it runs; when Ctrl-Z stops it, nodeward takes the terminal back and stops
// itself, as a job.
#pragma once

#include <sys/types.h>

namespace nodeward {

class JobControl {
 public:
  // `terminal`: standard input is the controlling terminal and was ours at the start.
  explicit JobControl(bool terminal);

  bool active() const { return terminal_; }
  // The application's `group` was stopped by `signal`. Takes the terminal back and stops the whole
  // job until it is continued. False when nobody could continue it (PID 1, an orphaned group): the
  // caller then continues the application.
  bool StopWith(pid_t group, int signal);
  // After SIGCONT: gives the terminal to the application's group, unless continued in the
  // background.
  void GiveTo(pid_t group);
  // The terminal to nodeward's own group, where the application's `group` has it or its holder is
  // gone: the shell finds its terminal as it was, and others keep theirs.
  void TakeBack(pid_t group);

 private:
  bool terminal_;
};

}  // namespace nodeward
