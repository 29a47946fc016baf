// How the application is asked to end, and made to: a delay where one is asked for, the stop
// signal, a deadline, SIGKILL for its tree. In the supervisor's loop.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "launch/keeper.h"
#include "plan/supervise_plan.h"

namespace nodeward {

class StopSequence {
 public:
  // All outlive this.
  StopSequence(boost::asio::io_context& context, const SupervisePlan& plan, Keeper& keeper)
      : plan_(plan), keeper_(keeper), timer_(context) {}

  // The first one waits for stop_delay, so that whoever sends requests can stop to; the second cuts
  // that short; the next one kills.
  void Ask(int signal);
  // Without a delay: it is of no use any more.
  void AskNow(int signal);
  // The application has ended; the next one begins anew.
  void Reset();

  bool sent() const { return sent_; }  // the stop signal

 private:
  void Kill() { keeper_.Send(KeeperRequestKind::kKillTree); }

  const SupervisePlan& plan_;
  Keeper& keeper_;
  boost::asio::steady_timer timer_;
  bool asked_ = false;
  bool sent_ = false;
};

}  // namespace nodeward
