#include "judge/workers.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <system_error>
#include <utility>

namespace nodeward {
namespace {

// Ends a blocked system call with EINTR: its handler is the notifier's.
int InterruptSignal() { return SIGRTMAX; }

void AllowInterrupt() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, InterruptSignal());
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace

Workers::~Workers() { Stop(); }

void Workers::Reap() {
  std::erase_if(workers_, [](const std::unique_ptr<Worker>& worker) {
    if (worker->busy) return false;
    worker->thread.join();
    return true;
  });
}

bool Workers::Run(std::function<void()> work, std::function<bool()> wanted) {
  Reap();
  if (workers_.size() >= kMostWorkers) {
    for (const auto& worker : workers_) {
      if (!worker->wanted()) pthread_kill(worker->thread.native_handle(), InterruptSignal());
    }
    return false;
  }
  auto worker = std::make_unique<Worker>();
  worker->wanted = std::move(wanted);
  Worker* const place = worker.get();
  // Where there are no more threads to be had, std::thread throws: as if all were busy.
  try {
    worker->thread = std::thread([this, place, work = std::move(work)] {
      AllowInterrupt();
      enter_();
      work();
      place->busy = false;
    });
  } catch (const std::system_error&) {
    return false;
  }
  workers_.push_back(std::move(worker));
  return true;
}

void Workers::Stop() {
  stopping_ = true;
  for (;;) {
    Reap();
    if (workers_.empty()) break;
    // A signal that arrives between a look and the system call after it is lost: again.
    for (const auto& worker : workers_) {
      pthread_kill(worker->thread.native_handle(), InterruptSignal());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  stopping_ = false;
}

}  // namespace nodeward
