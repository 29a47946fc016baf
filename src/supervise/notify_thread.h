// The supervisor's second thread, in which refused calls are answered. It is made before the filter
// is compiled and lasts as long as the supervisor: kill(2) takes the number of any thread for its
// process, so the filter has to name this one too.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace nodeward {

class NotifyThread {
 public:
  // Signals stay blocked in it as they are in the caller.
  NotifyThread();
  // Waits for the job that runs.
  ~NotifyThread();
  NotifyThread(const NotifyThread&) = delete;
  NotifyThread& operator=(const NotifyThread&) = delete;

  // Runs `job` in the thread. None may be running.
  void Run(std::function<void()> job);
  // Sends it `signal` every millisecond until no job runs.
  void Interrupt(int signal);

 private:
  void Serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> job_;  // under mutex_; empty: none runs
  bool ending_ = false;        // under mutex_
  std::thread thread_;         // last: it uses the others
};

}  // namespace nodeward
