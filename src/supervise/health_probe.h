// One health check: a question over loopback, asked without blocking the loop, and given up in
// time. The answer is the application's and so may be anything: of it only a first line within a
// bound is read, and no redirect is followed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "plan/supervise_plan.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

class HealthProbe {
 public:
  // Empty: it is healthy; else what was wrong, in words. Called in the loop's thread, once.
  using Done = std::function<void(std::string why)>;

  // Asks; `done` is not called any more once this is destroyed. `context` outlives this.
  HealthProbe(boost::asio::io_context& context, const HealthPlan& plan, Done done);
  ~HealthProbe();
  HealthProbe(const HealthProbe&) = delete;
  HealthProbe& operator=(const HealthProbe&) = delete;

 private:
  class Question;
  std::shared_ptr<Question> question_;
};

// What the first line of an answer says: empty for HTTP/1.x with a status of 200 to 399. Pure.
std::string JudgeStatusLine(std::string_view line);

}  // namespace nodeward
