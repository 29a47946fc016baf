// The application's condition: whether it is ready, and whether it is healthy. Told as events, to
// the service manager (sd_notify) and to `status`. Owns the health checks, the application's own
// notify socket and nodeward's watchdog; lives in the supervisor's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/unique_fd.h"
#include "events/event.h"
#include "plan/plan.h"
#include "supervise/health.h"
#include "supervise/service_manager.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

struct ConditionOptions {
  ServiceEnvironment service;  // nodeward's own
  UniqueFd notify;             // the application's notify socket; may be invalid
  pid_t keeper = 0;
  std::function<void(Event)> tell;
  std::function<void(const std::string& why)> unhealthy;  // and the plan wants it ended for it
};

class Condition {
 public:
  // `plan` and `context` outlive this.
  Condition(boost::asio::io_context& context, const Plan& plan, ConditionOptions options);
  ~Condition();

  void Started(pid_t pid);
  void Listens();            // a listen(2) that [network] allows succeeded
  void Paused(bool paused);  // by SIGSTOP: nothing is asked meanwhile
  void Reloaded();           // nodeward's own part of a reload is done
  void Stopping();           // for good: not ready from here on
  void Ended();
  void Waits(Milliseconds delay);  // until the next start

  bool ready() const;
  Health health() const;
  std::string health_why() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nodeward
