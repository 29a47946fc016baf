// Threads for what may block: a connect on a blocking socket, or one that waits for a name. Made on
// demand, at most kMostWorkers; beyond that the call fails with EAGAIN.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace nodeward {

inline constexpr std::size_t kMostWorkers = 64;

class Workers {
 public:
  // `enter` is run first in each thread: it takes the ids that the work wants.
  explicit Workers(std::function<void()> enter) : enter_(std::move(enter)) {}
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when all are busy. `wanted` says whether anybody still waits for the work: one that
  // nobody wants is interrupted when its thread is needed.
  bool Run(std::function<void()> work, std::function<bool()> wanted);
  // Interrupts what runs until it has ended. Work asks stopping() after an interruption.
  void Stop();
  bool stopping() const { return stopping_; }

 private:
  struct Worker {
    std::thread thread;
    std::function<bool()> wanted;
    std::atomic<bool> busy{true};
  };
  void Reap();  // joins what has ended

  std::function<void()> enter_;
  std::atomic<bool> stopping_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace nodeward
