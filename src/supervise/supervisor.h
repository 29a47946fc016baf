// The supervisor: starts the application through the keeper, passes signals on, restarts it, tells
// of limits, and ends everything. One thread with an Asio loop; the notify thread and the sinks'
// threads hand over through it. Owned by `nodeward run`.
#pragma once

#include <memory>

#include "base/result.h"
#include "events/bus.h"
#include "launch/arena.h"
#include "launch/keeper.h"
#include "plan/plan.h"
#include "supervise/notify_thread.h"
#include "supervise/own_domain.h"
#include "supervise/own_sockets.h"
#include "supervise/service_manager.h"
#include "supervise/termination_message.h"

namespace nodeward {

// What was made for it while nodeward could still reach everything.
struct SupervisorOptions {
  OwnDomain domain;
  OwnSockets sockets;
  ServiceEnvironment service;
};

class Supervisor {
 public:
  // All signals are blocked already (BlockSignals), in every thread. The plan's filter guards
  // `thread`. `last_words` is told how the application ended; of an Error its caller is.
  Supervisor(Plan plan, Keeper keeper, Arena& arena, EventBus& bus, NotifyThread& thread,
             SupervisorOptions options, const TerminationMessage& last_words);
  ~Supervisor();

  // Runs until the application has ended for good. Its exit code, 128 + N, or an Error when it
  // could not be started (again). Nothing of the application's tree is left afterwards.
  Result<int> Run();
  // Whether a signal asked for the end: then nobody is waited for any longer than needed.
  bool told_to_stop() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace nodeward
