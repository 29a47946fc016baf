// The notify thread: answers each system call that the filter did not allow, and turns it into a
// folded violation event. It takes the application's file system ids (not its real ones, so that
// the application cannot signal it) and so may read the caller's memory without CAP_SYS_PTRACE.
// seccomp_unotify(2).
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "events/bus.h"
#include "events/fold.h"
#include "supervise/notify_thread.h"

namespace nodeward {

struct NotifierOptions {
  uid_t uid = 0;
  gid_t gid = 0;
  bool permissive = false;           // tell, and let through
  bool kill = false;                 // end the process that tried
  std::vector<std::string> allowed;  // [syscalls] allow, for hints
};

class Notifier {
 public:
  // `pending` is called from `thread` when counts begin to wait in the folder. The thread outlives
  // this.
  Notifier(NotifyThread& thread, EventBus& bus, Folder& folder, std::function<void()> pending,
           NotifierOptions options);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Serves this listener until Stop(), or until no process uses its filter. One at a time.
  void Serve(UniqueFd listener);
  // Closes the listener; notifications that wait are answered ENOSYS by the kernel.
  void Stop();
  // After Flush() found nothing waiting: the next waiting count calls `pending` again.
  void Rearm() { told_pending_ = false; }

 private:
  class Answerer;
  NotifyThread& thread_;
  EventBus& bus_;
  Folder& folder_;
  std::function<void()> pending_;
  NotifierOptions options_;
  std::atomic<bool> told_pending_{false};
  std::atomic<bool> stop_{false};
  UniqueFd listener_;  // the thread's while it serves
};

}  // namespace nodeward
