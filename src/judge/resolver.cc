#include "judge/resolver.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "base/unique_fd.h"

namespace nodeward {

class Resolver::Work {
 public:
  Work(NameTable& table, Tell tell, ResolverOptions options)
      : table_(table),
        tell_(std::move(tell)),
        options_(std::move(options)),
        schedule_(options_.pauses) {}

  ~Work() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    Wake();
    if (thread_.joinable()) thread_.join();
  }

  void Start(const std::vector<std::string>& names) {
    const std::lock_guard lock(mutex_);
    schedule_.Watch(names, Clock::now());
    if (thread_.joinable()) {
      Wake();
      return;
    }
    wake_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    thread_ = std::thread([this] { Serve(); });
  }

  bool Ask(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable() || !schedule_.Ask(name)) return false;
    Wake();
    return true;
  }

  bool AskAgain() {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable() || !schedule_.AskAgain(Clock::now())) return false;
    Wake();
    return true;
  }

  bool Wait(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const std::uint64_t upto = schedule_.last();
    return ended_.wait_until(lock, deadline, [&] { return schedule_.Ended(upto); });
  }

  bool WaitFor(std::string_view name, Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return ended_.wait_until(lock, deadline, [&] { return !schedule_.Pending(name); });
  }

 private:
  void Wake() const {
    if (wake_.valid()) eventfd_write(wake_.get(), 1);
  }

  void Serve() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    pthread_setname_np(pthread_self(), "resolver");
    DnsChannel channel(options_.channel);
    for (;;) {
      std::optional<Clock::time_point> due;
      {
        std::unique_lock lock(mutex_);
        if (ending_) return;
        std::vector<ResolveQuestion> questions = schedule_.TakeDue(Clock::now());
        due = schedule_.NextDue();
        lock.unlock();
        for (ResolveQuestion& question : questions) channel.Ask(std::move(question));
      }
      // What ended makes room for what waits.
      if (Keep(channel.TakeEnded())) continue;
      Sleep(channel, due);
    }
  }

  // Whether there was anything.
  bool Keep(const std::vector<ResolveEnding>& endings) {
    for (const ResolveEnding& ending : endings) {
      // Before anybody who waits is woken.
      if (ending.why.empty()) table_.Put(ending.question.name, ending.addresses);
      const auto change = Note(ending);
      ended_.notify_all();
      if (change && tell_) tell_(*change);
    }
    return !endings.empty();
  }

  std::optional<ResolveChange> Note(const ResolveEnding& ending) {
    const bool good = table_.Has(ending.question.name);
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (!ending.why.empty()) return schedule_.Failed(ending.question, ending.why, good, now);
    return schedule_.Answered(ending.question, GoodFor(ending.addresses), now);
  }

  Clock::duration GoodFor(const std::vector<ResolvedAddress>& addresses) const {
    std::chrono::seconds ttl = NameTable::kMaxTtl;
    for (const ResolvedAddress& address : addresses) ttl = std::min(ttl, address.ttl);
    if (ttl <= std::chrono::seconds(0)) return options_.without_ttl;
    return std::max<Clock::duration>(ttl, options_.least_refresh);
  }

  // Until a name server answers or does not, a name is due, or somebody wakes the thread.
  void Sleep(DnsChannel& channel, std::optional<Clock::time_point> due) {
    std::vector<pollfd> polled = {{wake_.get(), POLLIN, 0}};
    channel.AppendTo(polled);
    auto left = channel.Timeout();
    if (due) {
      const auto until = std::max(*due, Clock::now()) - Clock::now();
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until);
      left = left ? std::min(*left, wait) : wait;
    }
    constexpr std::chrono::milliseconds kLongest{std::chrono::hours(24)};
    poll(polled.data(), polled.size(),
         left ? static_cast<int>(std::min(*left, kLongest).count()) : -1);
    if ((polled.front().revents & POLLIN) != 0) {
      eventfd_t count = 0;
      eventfd_read(wake_.get(), &count);
    }
    channel.Process(std::span(polled).subspan(1));
  }

  NameTable& table_;
  const Tell tell_;
  const ResolverOptions options_;
  std::mutex mutex_;  // schedule_, ending_
  std::condition_variable ended_;
  ResolveSchedule schedule_;
  bool ending_ = false;
  UniqueFd wake_;
  std::thread thread_;
};

Resolver::Resolver(NameTable& table, Tell tell, ResolverOptions options)
    : work_(std::make_unique<Work>(table, std::move(tell), std::move(options))) {}
Resolver::~Resolver() = default;
void Resolver::Start(const std::vector<std::string>& names) { work_->Start(names); }
bool Resolver::Ask(std::string_view name) { return work_->Ask(name); }
bool Resolver::AskAgain() { return work_->AskAgain(); }
bool Resolver::Wait(Clock::time_point deadline) { return work_->Wait(deadline); }
bool Resolver::WaitFor(std::string_view name, Clock::time_point deadline) {
  return work_->WaitFor(name, deadline);
}

}  // namespace nodeward
