// The notify thread: answers each system call that waits. A call of the profile's own, whose
// argument lies in memory, goes to the judge that is in charge of it; any other one is refused. It
// takes the application's file system ids (not its real ones, so that the application cannot signal
// it) and so may read the caller's memory without CAP_SYS_PTRACE. seccomp_unotify(2).
#pragma once

#include <sys/types.h>

#include <atomic>
#include <vector>

#include "base/unique_fd.h"
#include "judge/ruling.h"
#include "supervise/notify_thread.h"
#include "supervise/violations.h"

namespace nodeward {

struct NotifierOptions {
  uid_t uid = 0;
  gid_t gid = 0;
  bool permissive = false;      // [syscalls]: tell, and let through
  bool kill = false;            // end the process that tried
  bool own_root = false;        // the application has mounts of its own
  bool traces = false;          // it may be traced: its memory is read at once
  std::vector<int> supervised;  // the calls that judges decide: the profile allows these
};

class Notifier {
 public:
  // Everything outlives this.
  Notifier(NotifyThread& thread, Violations& violations, std::vector<Judge*> judges,
           NotifierOptions options);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Serves this listener until Stop(), or until no process uses its filter. One at a time.
  void Serve(UniqueFd listener);
  // Closes the listener; notifications that wait are answered ENOSYS by the kernel.
  void Stop();

 private:
  class Answerer;
  NotifyThread& thread_;
  Violations& violations_;
  std::vector<Judge*> judges_;
  NotifierOptions options_;
  std::atomic<bool> stop_{false};
  UniqueFd listener_;  // the thread's while it serves
};

}  // namespace nodeward
