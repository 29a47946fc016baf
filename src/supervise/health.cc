#include "supervise/health.h"

#include <algorithm>

namespace nodeward {
namespace {

// While it starts, often: readiness may hang on it.
constexpr Milliseconds kStartPause{250};

}  // namespace

std::string_view Name(Health health) {
  switch (health) {
    case Health::kUnchecked:
      return "none";
    case Health::kStarting:
      return "starting";
    case Health::kHealthy:
      return "healthy";
    case Health::kUnhealthy:
      return "unhealthy";
  }
  return "none";
}

void HealthState::Begin(Clock::time_point now) {
  health_ = Health::kStarting;
  began_ = now;
  failures_ = 0;
  why_.clear();
}

bool HealthState::InStartPeriod(Clock::time_point now) const {
  return health_ == Health::kStarting && now - began_ < plan_.start;
}

bool HealthState::Take(const std::string& why, Clock::time_point now) {
  const Health before = health_;
  if (why.empty()) {
    health_ = Health::kHealthy;
    failures_ = 0;
    why_.clear();
  } else if (!InStartPeriod(now)) {
    if (++failures_ >= plan_.failures) health_ = Health::kUnhealthy;
    if (health_ == Health::kUnhealthy) why_ = why;
  }
  return health_ != before;
}

Milliseconds HealthState::Pause(Clock::time_point now) const {
  return InStartPeriod(now) ? std::min(plan_.interval, kStartPause) : plan_.interval;
}

}  // namespace nodeward
