// What the answers to health checks mean together. Pure: time is passed in.
#pragma once

#include <chrono>
#include <string>

#include "plan/supervise_plan.h"

namespace nodeward {

// Whether the application is what it should be, by its checks.
enum class Health { kUnchecked, kStarting, kHealthy, kUnhealthy };
std::string_view Name(Health health);  // "none", "starting", "healthy", "unhealthy"

class HealthState {
 public:
  using Clock = std::chrono::steady_clock;
  explicit HealthState(const HealthPlan& plan) : plan_(plan) {}

  // A new process: everything begins anew.
  void Begin(Clock::time_point now);
  // One check's answer: empty when it was good, else what was wrong. Whether the state changed.
  bool Take(const std::string& why, Clock::time_point now);
  // How long until the next check.
  Milliseconds Pause(Clock::time_point now) const;

  Health health() const { return health_; }
  const std::string& why() const { return why_; }  // unhealthy: what the last check found

 private:
  bool InStartPeriod(Clock::time_point now) const;

  HealthPlan plan_;
  Health health_ = Health::kStarting;
  Clock::time_point began_;
  unsigned failures_ = 0;  // in a row
  std::string why_;
};

}  // namespace nodeward
