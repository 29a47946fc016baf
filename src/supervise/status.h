// What `nodeward status` is told: the facts, and their two forms. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "measures/cgroup.h"
#include "plan/plan.h"
#include "supervise/application.h"
#include "supervise/health.h"

namespace nodeward {

struct StatusFacts {
  const Plan& plan;
  const Application& application;
  pid_t supervisor = 0;
  Milliseconds up{0};  // the supervisor's
  bool ready = false;
  Health health = Health::kUnchecked;
  std::string health_why;  // unhealthy: what the last check found
  CgroupUse use;
  std::uint64_t violations = 0;
  std::map<std::string, std::uint64_t> violations_by_code;
};

// "running", "paused", "stopping", "restarting" (between two starts).
std::string_view StateOf(const Application& application);

// Up, ready, and healthy where that is checked: what Docker's HEALTHCHECK asks.
bool IsHealthy(const StatusFacts& facts);

// One JSON object, with a newline.
std::string StatusJson(const StatusFacts& facts);
// Lines for a person.
std::string StatusText(const StatusFacts& facts);
// "healthy", or why not; with a newline.
std::string StatusWord(const StatusFacts& facts);

}  // namespace nodeward
