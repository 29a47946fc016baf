// The notify thread: answers each system call that the filter did not allow, and turns it into a
// folded violation event. It takes the application's file system ids (not its real ones, so that
// the application cannot signal it) and so may read the caller's memory without CAP_SYS_PTRACE.
// seccomp_unotify(2).
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "events/bus.h"
#include "events/fold.h"

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
  // `pending` is called from the notify thread when counts begin to wait in the folder.
  Notifier(EventBus& bus, Folder& folder, std::function<void()> pending, NotifierOptions options);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Serves this listener until Stop(), or until no process uses its filter. One at a time.
  void Serve(UniqueFd listener);
  // Ends the thread; notifications that wait are answered ENOSYS by the kernel.
  void Stop();
  // After Flush() found nothing waiting: the next waiting count calls `pending` again.
  void Rearm() { told_pending_ = false; }

 private:
  class Answerer;
  EventBus& bus_;
  Folder& folder_;
  std::function<void()> pending_;
  NotifierOptions options_;
  std::atomic<bool> told_pending_{false};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = true;  // under mutex_
  std::thread thread_;
};

}  // namespace nodeward
