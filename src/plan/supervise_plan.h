// [supervise] with every default filled in. Pure: values to values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/report.h"
#include "profile/health_target.h"
#include "profile/profile.h"

namespace nodeward {

struct HealthPlan {
  HealthTarget target;
  Milliseconds interval{10'000};
  Milliseconds timeout{2'000};
  Milliseconds start{0};  // failures before do not count; the first success ends it
  unsigned failures = 3;  // in a row
  OnUnhealthy on_unhealthy = OnUnhealthy::kRestart;
};

struct SupervisePlan {
  std::string name;  // by which `status` finds the supervisor
  RestartWhen restart = RestartWhen::kNever;
  Backoff backoff;
  GiveUp give_up;
  int stop_signal = 15;
  Milliseconds stop_timeout{8000};
  Milliseconds stop_delay{0};
  ReadyWhen ready = ReadyWhen::kExec;
  bool notify = false;
  std::string termination_message;  // a path, or empty
  std::optional<HealthPlan> health;
  std::string sockets;  // the folder of nodeward's own sockets, once they are made; empty: none
};

// Whether something outside starts nodeward again when it ends.
bool HasOuterRestarter(const HostReport& host);

// `command`: as it will be executed. `port`: whether the application will see $PORT.
SupervisePlan PlanSupervision(const Profile& profile, const HostReport& host,
                              const std::vector<std::string>& command, bool port);

}  // namespace nodeward
