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
  // The application was stopped by `signal`. Takes the terminal back and stops this process until
  // it is continued. False when this process must not stop (PID 1): the caller then continues the
  // application, which a stopped PID 1 could never do.
  bool StopWith(int signal);
  // After SIGCONT: gives the terminal to the application's group, unless continued in the
  // background.
  void GiveTo(pid_t group);
  // At the end: the shell finds its terminal as it was.
  void TakeBack();

 private:
  bool terminal_;
};

}  // namespace nodeward
