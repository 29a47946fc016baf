#include "supervise/notify_thread.h"

#include <signal.h>  // pthread_kill

#include <chrono>
#include <utility>

namespace nodeward {

NotifyThread::NotifyThread() : thread_([this] { Serve(); }) {}

NotifyThread::~NotifyThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void NotifyThread::Run(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    job_ = std::move(job);
  }
  changed_.notify_all();
}

void NotifyThread::Interrupt(int signal) {
  std::unique_lock lock(mutex_);
  while (job_) {
    // A signal that arrives between the job's look and its system call is lost.
    pthread_kill(thread_.native_handle(), signal);
    changed_.wait_for(lock, std::chrono::milliseconds(1), [this] { return !job_; });
  }
}

void NotifyThread::Serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ || ending_; });
    if (!job_) return;
    lock.unlock();
    job_();
    lock.lock();
    job_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace nodeward
