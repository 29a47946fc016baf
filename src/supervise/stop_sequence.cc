#include "supervise/stop_sequence.h"

#include <csignal>
#include <utility>

namespace nodeward {

void StopSequence::Ask(int signal) {
  const bool first = !std::exchange(asked_, true);
  if (sent_) {
    if (!first) Kill();
    return;
  }
  if (!first || plan_.stop_delay.count() == 0) return AskNow(signal);
  timer_.expires_after(plan_.stop_delay);
  timer_.async_wait([this, signal](boost::system::error_code error) {
    if (!error) AskNow(signal);
  });
}

void StopSequence::AskNow(int signal) {
  sent_ = true;
  keeper_.Send(KeeperRequestKind::kSignal, signal);
  keeper_.Send(KeeperRequestKind::kSignal, SIGCONT);  // a stopped process could not obey
  timer_.expires_after(plan_.stop_timeout);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) Kill();
  });
}

void StopSequence::Reset() {
  timer_.cancel();
  asked_ = sent_ = false;
}

}  // namespace nodeward
