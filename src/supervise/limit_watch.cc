#include "supervise/limit_watch.h"

#include <fcntl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "supervise/reports.h"

namespace nodeward {

using Descriptor = boost::asio::posix::stream_descriptor;

// The announcement of version 1 comes before the kill that it announces is counted.
constexpr std::chrono::milliseconds kCountedBy{100};

// The announcements that are waited for. Handlers hold it weakly: it may end while one is queued.
class LimitWatch::Waits : public std::enable_shared_from_this<Waits> {
 public:
  Waits(boost::asio::io_context& context, std::function<void()> announced)
      : context_(context), later_(context), announced_(std::move(announced)) {}

  void Begin(std::vector<CgroupWatch> watches) {
    watches_ = std::move(watches);
    descriptors_.clear();
    for (std::size_t i = 0; i < watches_.size(); ++i) {
      descriptors_.emplace_back(context_, fcntl(watches_[i].fd.get(), F_DUPFD_CLOEXEC, 3));
    }
    for (std::size_t i = 0; i < watches_.size(); ++i) Wait(i);
  }

  void End() {
    later_.cancel();
    descriptors_.clear();
    watches_.clear();
  }

 private:
  void Wait(std::size_t index) {
    const auto kind = watches_[index].priority ? Descriptor::wait_error : Descriptor::wait_read;
    descriptors_[index].async_wait(
        kind, [index, weak = weak_from_this()](boost::system::error_code error) {
          const auto self = weak.lock();
          if (error || !self || index >= self->watches_.size()) return;
          AcceptWatch(self->watches_[index]);
          self->announced_();
          self->LookLater();
          self->Wait(index);
        });
  }

  void LookLater() {
    later_.expires_after(kCountedBy);
    later_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!error && self && !self->watches_.empty()) self->announced_();
    });
  }

  boost::asio::io_context& context_;
  boost::asio::steady_timer later_;
  std::function<void()> announced_;
  std::vector<CgroupWatch> watches_;
  std::vector<Descriptor> descriptors_;
};

LimitWatch::LimitWatch(boost::asio::io_context& context, const Plan& plan, Tell tell)
    : plan_(plan), tell_(std::move(tell)) {
  waits_ = std::make_shared<Waits>(context, [this] { Look(false); });
}

LimitWatch::~LimitWatch() = default;

Result<void> LimitWatch::Begin() {
  if (auto established = Establish(plan_); !established) return established;
  made_ = true;
  first_ = ReadCgroupUse(plan_.launch);
  told_ = first_;
  waits_->Begin(WatchCgroups(plan_.launch));
  return {};
}

void LimitWatch::RemoveGroups() {
  if (!std::exchange(made_, false)) return;
  if (auto removed = RemoveCgroups(plan_.launch); !removed) {
    tell_({WarningEvent(removed.error().what)});
  }
}

CgroupUse LimitWatch::Finish() {
  waits_->End();
  Look(true);
  return told_;
}

bool LimitWatch::oom_killed() const {
  return told_.oom_kills.value_or(0) > first_.oom_kills.value_or(0);
}

void LimitWatch::Look(bool with_throttling) {
  CgroupUse now = ReadCgroupUse(plan_.launch);
  // Once, at the end: a busy application is throttled many times a second.
  if (!with_throttling) now.throttled_periods = told_.throttled_periods;
  tell_(LimitEvents(plan_, told_, now));
  told_ = now;
}

}  // namespace nodeward
