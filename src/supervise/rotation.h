// Rotation: a vault that changes while the application runs. The whole new set is read and checked
// before anything happens; one that cannot be used, or that others could have written, is told,
// and the application keeps what it has. In the supervisor's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "events/event.h"
#include "plan/plan.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

// What the supervisor does for it.
struct RotationActs {
  std::function<void(Event)> emit;
  std::function<bool()> running;
  std::function<void()> restart;  // the application is to be stopped, and started with the new set
  std::function<void(int)> signal;  // is to be sent to the application
  std::function<void()> tell_gaps;  // of plan.secrets, where they were not told yet
};

class Rotation {
 public:
  // `context` and `plan` outlive this.
  Rotation(boost::asio::io_context& context, Plan& plan, RotationActs acts);
  ~Rotation();

  // Before each launch, while plan.secrets is whole: notes what the application gets, and makes its
  // pipe. The first one begins to watch. Nothing where the profile does not ask.
  Result<void> Prepare();
  // The application holds its end of the pipe now, or there is none.
  void Launched();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;  // null: not asked for
};

}  // namespace nodeward
