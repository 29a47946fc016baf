// Watch: all that answers the application's system calls, put together from a plan: the notifier,
// its judges, and the violations that they tell. One for a supervisor; it serves launch after
// launch.
#pragma once

#include <functional>
#include <memory>

#include "events/bus.h"
#include "events/fold.h"
#include "launch/launch.h"
#include "supervise/notify_thread.h"

namespace nodeward {

class Watch : public Attendant {
 public:
  // `pending` is called from any thread when counts begin to wait in the folder. All outlive this.
  Watch(NotifyThread& thread, EventBus& bus, Folder& folder, std::function<void()> pending,
        const Plan& plan, pid_t keeper);
  ~Watch() override;

  void Take(UniqueFd listener) override;
  void BeforeRelease(pid_t pid, UniqueFd ruleset) override;
  void Announce();  // the start has been told
  void Abandon();   // the launch failed
  void Stop();      // the application is gone
  void Rearm();     // see Violations::Rearm

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nodeward
