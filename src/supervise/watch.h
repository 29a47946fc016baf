// Watch: all that answers the application's system calls, put together from a plan: the notifier,
// its judges, and the violations that they tell. One for a supervisor; it serves launch after
// launch.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "events/bus.h"
#include "events/fold.h"
#include "launch/launch.h"
#include "supervise/notify_thread.h"

namespace nodeward {

class Watch : public Attendant {
 public:
  // Called from any thread.
  struct Calls {
    std::function<void()> pending;  // counts begin to wait in the folder
    std::function<void()> listens;  // the application listens
  };
  // All outlive this.
  Watch(NotifyThread& thread, EventBus& bus, Folder& folder, Calls calls, const Plan& plan,
        pid_t keeper);
  ~Watch() override;

  void Take(UniqueFd listener) override;
  void BeforeRelease(pid_t pid, UniqueFd ruleset) override;
  void Announce();  // the start has been told
  void Abandon();   // the launch failed
  void Stop();      // the application is gone
  void Rearm();     // see Violations::Rearm
  std::map<std::string, std::uint64_t> ViolationsByCode() const;
  std::string LastViolation() const;  // the message of the last one that was told, or empty

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nodeward
