#include "profile/supervision.h"

namespace nodeward {
namespace {

// A key of [supervise.health] that is there, for its place; null when none is.
const Where* AnyHealthKey(const HealthSection& health) {
  if (health.interval) return &health.interval->where;
  if (health.timeout) return &health.timeout->where;
  if (health.start) return &health.start->where;
  if (health.failures) return &health.failures->where;
  return health.on_unhealthy ? &health.on_unhealthy->where : nullptr;
}

}  // namespace

std::vector<ProfileConflict> SupervisionConflicts(const Profile& profile) {
  std::vector<ProfileConflict> conflicts;
  const SuperviseSection& section = profile.supervise;
  const HealthSection& health = section.health;
  const bool checked = health.http || health.tcp;
  if (health.http && health.tcp) {
    conflicts.push_back({health.tcp->where, "supervise.health: http and tcp are both there",
                         "remove one: http says more"});
  }
  if (const Where* key = AnyHealthKey(health); key != nullptr && !checked) {
    conflicts.push_back({*key, "supervise.health: nothing says what to ask",
                         "supervise.health.http = \"http://127.0.0.1:3000/healthz\""});
  }
  if (checked && profile.namespaces.net && profile.namespaces.net->value) {
    conflicts.push_back({profile.namespaces.net->where,
                         "supervise.health: a network of the application's own has a loopback that "
                         "nodeward does not reach",
                         "[namespaces] net = false"});
  }
  if (health.interval && health.timeout && health.timeout->value > health.interval->value) {
    conflicts.push_back({health.timeout->where, "supervise.health: timeout is longer than interval",
                         "timeout = \"2s\", interval = \"10s\""});
  }
  if (!section.ready) return conflicts;
  if (section.ready->value == ReadyWhen::kHealth && !checked) {
    conflicts.push_back({section.ready->where,
                         "supervise.ready = \"health\", and no health check is asked for",
                         "supervise.health.http = \"http://127.0.0.1:3000/healthz\""});
  }
  if (section.ready->value == ReadyWhen::kNotify && section.notify && !section.notify->value) {
    conflicts.push_back({section.ready->where,
                         "supervise.ready = \"notify\", and notify = false gives it no socket",
                         "remove notify"});
  }
  return conflicts;
}

}  // namespace nodeward
