#include "events/channel.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "events/mask_event.h"

namespace nodeward {
namespace {

// A sink that fails without an end (nobody reads a pipe any more) is asked less and less often
// whether it works again; a sink that is only slow is waited for with poll(2) instead.
constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::seconds kLastRetry{64};

std::string ErrnoName(int error) {
  const char* name = strerrorname_np(error);
  return name == nullptr ? std::to_string(error) : name;
}

Event LossEvent(const std::string& sink, std::uint64_t lost, int error) {
  Event event;
  event.type = EventType::kDegraded;
  event.severity = Severity::kWarn;
  event.message = std::to_string(lost) + (lost == 1 ? " event" : " events") +
                  " could not be written to " + sink + ": " +
                  (error == EAGAIN ? "it took them too slowly" : DescribeErrno(error));
  event.With("kind", std::string("events"))
      .With("sink", sink)
      .With("lost", lost)
      .With("errno", ErrnoName(error));
  return event;
}

}  // namespace

void Core::Publish(Event event) {
  if (mask != nullptr) MaskEvent(*mask, event);
  const auto record = std::make_shared<Record>(Record{std::move(event), 0});
  const std::lock_guard lock(mutex);
  record->seq = ++seq;
  for (const auto& channel : channels) channel->Push(record);
}

void Core::PublishToOthers(const RecordPtr& record, const Channel* except) {
  const std::lock_guard lock(mutex);
  for (const auto& channel : channels) {
    if (channel.get() != except) channel->Push(record);
  }
}

std::uint64_t Core::NextSeq() {
  const std::lock_guard lock(mutex);
  return ++seq;
}

Channel::Channel(std::unique_ptr<EventSink> sink, Relay relay, bool takes_events)
    : sink_(std::move(sink)),
      takes_events_(takes_events),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      relay_(std::move(relay)) {}

Channel::~Channel() { Release(); }

int Channel::Start(const std::shared_ptr<Core>& core) {
  if (!wake_.valid()) return EMFILE;
  // Signals are for the supervisor's main thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  try {
    thread_ = std::thread([this, core] { Run(*core); });
  } catch (const std::system_error& failure) {
    error = failure.code().value();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

void Channel::Push(RecordPtr record) {
  if (!takes_events_) return;
  const std::lock_guard lock(mutex_);
  if (outstanding_ >= kQueueLength) {
    ++lost_;
    lost_error_ = EAGAIN;
    return;
  }
  queue_.push_back(std::move(record));
  ++outstanding_;
  Wake();
}

void Channel::RequestReopen() {
  const std::lock_guard lock(mutex_);
  reopen_ = true;
  Wake();
}

std::uint64_t Channel::RequestFlush() {
  const std::lock_guard lock(mutex_);
  Wake();
  return ++flush_requested_;
}

bool Channel::AwaitFlush(std::uint64_t request, Deadline deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return flushed_ >= request || ended_; }) &&
         flushed_ >= request;
}

void Channel::RequestStop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  Wake();
}

bool Channel::AwaitEnd(Deadline deadline) {
  std::unique_lock lock(mutex_);
  return !thread_.joinable() || changed_.wait_until(lock, deadline, [&] { return ended_; });
}

void Channel::Release() {
  if (!thread_.joinable()) return;
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    ended = ended_;
  }
  // A thread that is the last to hold the Core destroys this channel itself.
  if (ended && thread_.get_id() != std::this_thread::get_id()) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

// Called with mutex_ held.
void Channel::Wake() {
  if (std::exchange(woken_, true)) return;
  const std::uint64_t one = 1;
  // An eventfd takes this unless its counter is full, and then it is readable anyway.
  static_cast<void>(!write(wake_.get(), &one, sizeof(one)));
}

void Channel::Run(Core& core) {
  while (true) {
    const Work work = Take();
    if (work.reopen) Reopen(core);
    Write(work);
    const bool drain = work.stop || work.flush != 0;
    const int relayed = drain ? relay_.Drain() : relay_.Pass(Clock::now());
    const bool failing = !work.records.empty() && last_error_ != 0;
    if (relayed != ECANCELED && last_error_ != ECANCELED) TellLosses(core, failing, drain);
    Finish(work);
    if (work.stop || relayed == ECANCELED || last_error_ == ECANCELED) break;
    Wait();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

// Returns when there is something to do. Sleeps without a limit when nothing is pending.
void Channel::Wait() {
  std::vector<pollfd> fds = {{wake_.get(), POLLIN, 0}};
  relay_.AddTo(fds);
  static_cast<void>(poll(fds.data(), fds.size(), WaitMs()));
}

int Channel::WaitMs() {
  const auto now = Clock::now();
  const int relay = relay_.TimeoutMs(now);
  {
    const std::lock_guard lock(mutex_);
    if (lost_ == 0) return relay;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(retry_at_ - now).count();
  const int retry = static_cast<int>(std::max<std::int64_t>(left, 0));
  return relay < 0 ? retry : std::min(relay, retry);
}

Channel::Work Channel::Take() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(woken_, false)) {
    std::uint64_t ignored = 0;
    static_cast<void>(!read(wake_.get(), &ignored, sizeof(ignored)));
  }
  Work work;
  work.records = std::exchange(queue_, {});
  work.flush = flush_requested_ > flushed_ ? flush_requested_ : 0;
  work.reopen = std::exchange(reopen_, false);
  work.stop = stop_;
  return work;
}

void Channel::Write(const Work& work) {
  for (const RecordPtr& record : work.records) {
    // What the application said comes before the news of its end.
    if (record->event.type == EventType::kExit && relay_.Drain() == ECANCELED) {
      last_error_ = ECANCELED;
      return;
    }
    last_error_ = sink_->Write(*record);
    if (last_error_ != 0) Lose(1, last_error_);
    if (last_error_ == ECANCELED) return;
    const std::lock_guard lock(mutex_);
    --outstanding_;
  }
}

void Channel::Reopen(Core& core) {
  const auto reopened = sink_->Reopen();
  if (reopened) return;
  Event event;
  event.type = EventType::kDegraded;
  event.severity = Severity::kError;
  event.message =
      "the event file was not opened anew, the old one stays in use: " + reopened.error().where +
      ": " + reopened.error().what;
  event.With("kind", std::string("events")).With("sink", sink_->name());
  if (!reopened.error().hint.empty()) event.With("hint", reopened.error().hint);
  core.Publish(std::move(event));
}

// Says what was lost, once the sink works again. `failing`: it just failed, so there is no use in
// trying; `last_chance`: try even though the next try is not due.
void Channel::TellLosses(Core& core, bool failing, bool last_chance) {
  std::uint64_t lost = 0;
  int error = 0;
  {
    const std::lock_guard lock(mutex_);
    lost = lost_;
    error = lost_error_;
  }
  if (lost == 0) return;
  const auto now = Clock::now();
  const bool early = last_error_ != 0 && now < retry_at_ && !last_chance;
  if (!failing && !early && WriteLosses(core, lost, error)) return;
  if (now < retry_at_) return;
  retry_ = std::clamp(retry_ * 2, kFirstRetry, kLastRetry);
  retry_at_ = now + retry_;
}

// The event takes a number of its own, and the other sinks get it too, so that a missing number
// always means a missing event.
bool Channel::WriteLosses(Core& core, std::uint64_t lost, int error) {
  if (loss_seq_ == 0) loss_seq_ = core.NextSeq();
  const auto record =
      std::make_shared<const Record>(Record{LossEvent(sink_->name(), lost, error), loss_seq_});
  last_error_ = sink_->Write(*record);
  if (last_error_ != 0) return false;
  loss_seq_ = 0;
  retry_ = std::chrono::seconds(0);
  retry_at_ = {};
  {
    const std::lock_guard lock(mutex_);
    lost_ -= lost;
  }
  core.PublishToOthers(record, this);
  return true;
}

void Channel::Lose(std::uint64_t count, int error) {
  const std::lock_guard lock(mutex_);
  lost_ += count;
  lost_error_ = error;
}

void Channel::Finish(const Work& work) {
  const std::lock_guard lock(mutex_);
  if (work.flush == 0) return;
  flushed_ = work.flush;
  changed_.notify_all();
}

}  // namespace nodeward
