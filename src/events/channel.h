// A Channel is one sink with its queue and its thread. What cannot be queued or written is counted,
// and told by a `degraded` event as soon as the sink takes events again.
//
// Core is what the channels of a bus share. Threads hold it by shared_ptr: a thread that a broken
// file system keeps in a system call can be left behind when the bus goes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "events/format.h"
#include "events/relay.h"
#include "events/sinks.h"

namespace nodeward {

inline constexpr std::size_t kQueueLength = 1024;  // events that wait for one sink

using RecordPtr = std::shared_ptr<const Record>;
using Deadline = std::chrono::steady_clock::time_point;

class Channel;

struct Core {
  // Numbers `event` and queues it in all channels. Thread-safe; never blocks.
  void Publish(Event event);
  // Queues an event that one channel has already written in all others.
  void PublishToOthers(const RecordPtr& record, const Channel* except);
  std::uint64_t NextSeq();

  std::shared_ptr<const Mask> mask;  // of events; null: none
  UniqueFd abort;                    // an eventfd, made readable when writes must give up
  std::vector<std::unique_ptr<Channel>> channels;  // constant once the threads run
  std::mutex mutex;                                // numbers are queued in their order
  std::uint64_t seq = 0;
};

class Channel {
 public:
  using Clock = std::chrono::steady_clock;

  // With `takes_events` false the channel serves its relay alone.
  Channel(std::unique_ptr<EventSink> sink, Relay relay, bool takes_events);
  ~Channel();

  // Starts the thread, with all signals blocked. Fails with an errno.
  int Start(const std::shared_ptr<Core>& core);
  void Push(RecordPtr record);  // never blocks; counts what does not fit
  void RequestReopen();
  // Ask first, then wait: so that several channels work at the same time.
  std::uint64_t RequestFlush();
  bool AwaitFlush(std::uint64_t request, Deadline deadline);
  void RequestStop();
  // True when the thread has ended by `deadline`.
  bool AwaitEnd(Deadline deadline);
  // Joins an ended thread; leaves a stuck one behind.
  void Release();

 private:
  struct Work {
    std::vector<RecordPtr> records;
    std::uint64_t flush = 0;
    bool reopen = false;
    bool stop = false;
  };

  void Run(Core& core);
  void Wait();
  int WaitMs();
  Work Take();
  void Write(const Work& work);
  void Reopen(Core& core);
  void TellLosses(Core& core, bool failing, bool last_chance);
  bool WriteLosses(Core& core, std::uint64_t lost, int error);
  void Lose(std::uint64_t count, int error);
  void Finish(const Work& work);
  void Wake();

  const std::unique_ptr<EventSink> sink_;
  const bool takes_events_;
  UniqueFd wake_;  // an eventfd
  std::thread thread_;

  // Of the thread alone.
  Relay relay_;
  int last_error_ = 0;          // of the last write; ECANCELED ends the thread
  std::uint64_t loss_seq_ = 0;  // the number kept for the event that tells losses; 0: none
  std::chrono::seconds retry_{0};
  Clock::time_point retry_at_{};

  std::mutex mutex_;  // guards all below; held for moments only
  std::condition_variable changed_;
  std::vector<RecordPtr> queue_;
  std::size_t outstanding_ = 0;  // queued or being written
  std::uint64_t lost_ = 0;       // not told yet
  int lost_error_ = 0;           // why: the errno of the last one
  std::uint64_t flush_requested_ = 0;
  std::uint64_t flushed_ = 0;
  bool reopen_ = false;
  bool stop_ = false;
  bool woken_ = false;  // wake_ is readable already
  bool ended_ = false;
};

}  // namespace nodeward
