// limits: the resource limits of one process (getrlimit(2)). Memory, processors and processes of
// the whole tree are the cgroup's.
#include <linux/capability.h>
#include <sys/resource.h>

#include <array>

#include "base/text.h"
#include "measures/child_applies.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

struct LimitRow {
  const char* key;        // in [limits]
  int resource;           // RLIMIT_*
  const char* proc_name;  // in /proc/PID/limits
  Setting<LimitPair> LimitsSection::*setting;
};

constexpr std::array<LimitRow, 5> kRows = {{
    {"files", RLIMIT_NOFILE, "Max open files", &LimitsSection::files},
    {"core", RLIMIT_CORE, "Max core file size", &LimitsSection::core},
    {"stack", RLIMIT_STACK, "Max stack size", &LimitsSection::stack},
    {"file_size", RLIMIT_FSIZE, "Max file size", &LimitsSection::file_size},
    {"locked_memory", RLIMIT_MEMLOCK, "Max locked memory", &LimitsSection::locked_memory},
}};

const LimitRow* RowOf(int resource) {
  for (const LimitRow& row : kRows) {
    if (row.resource == resource) return &row;
  }
  return nullptr;
}

// core(5): a limit of 0 does not stop a handler that core_pattern pipes to; a limit of 1 does.
LimitPair Effective(const LimitRow& row, LimitPair asked) {
  if (row.resource != RLIMIT_CORE) return asked;
  if (asked.soft == 0) asked.soft = 1;
  if (asked.hard == 0) asked.hard = 1;
  return asked;
}

std::vector<ChildLimit> Planned(const Profile& profile) {
  std::vector<ChildLimit> limits;
  for (const LimitRow& row : kRows) {
    const auto& setting = profile.limits.*row.setting;
    if (!setting) continue;
    const LimitPair pair = Effective(row, setting->value);
    limits.push_back({row.resource, pair.soft, pair.hard});
  }
  return limits;
}

bool Wanted(const Profile& profile) { return !Planned(profile).empty(); }

// The hard limit that nodeward has itself, or "none".
std::uint64_t InheritedHard(const HostReport& host, int resource) {
  const auto found = host.limits.find(resource);
  return found == host.limits.end() ? UINT64_MAX : found->second.second;
}

Support SupportLimits(const Profile& profile, const HostReport& host) {
  if (host.Has(CAP_SYS_RESOURCE)) return Full{};
  std::vector<std::string> above;
  for (const ChildLimit& limit : Planned(profile)) {
    // A core limit of 1 stands for none; below an inherited 0 it would be a gain of one byte.
    if (limit.resource == RLIMIT_CORE && limit.hard <= 1) continue;
    if (limit.hard > InheritedHard(host, limit.resource))
      above.push_back(RowOf(limit.resource)->key);
  }
  if (above.empty()) return Full{};
  return Partial{"limits." + JoinWords(above) +
                     " above the hard limit that nodeward inherited: only "
                     "root with CAP_SYS_RESOURCE raises it",
                 "docker run --ulimit nofile=…, LimitNOFILE= in the unit, or a lower value"};
}

std::string Amount(std::uint64_t value) {
  return value == RLIM_INFINITY ? "unlimited" : std::to_string(value);
}

Explanation ExplainLimits(const Profile& profile, const HostReport&) {
  std::vector<std::string> words;
  for (const ChildLimit& limit : Planned(profile)) {
    std::string word = std::string(RowOf(limit.resource)->key) + " " + Amount(limit.soft);
    if (limit.hard != limit.soft) word += " (hard " + Amount(limit.hard) + ")";
    words.push_back(std::move(word));
  }
  return {JoinWords(words), {}};
}

Result<void> PrepareLimits(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  plan.limits = Planned(profile);
  if (host.Has(CAP_SYS_RESOURCE)) return {};
  for (ChildLimit& limit : plan.limits) {
    limit.hard = std::min<std::uint64_t>(limit.hard, InheritedHard(host, limit.resource));
    limit.soft = std::min(limit.soft, limit.hard);
  }
  return {};
}

Result<void> VerifyLimits(const LaunchPlan& plan, const Observed& observed) {
  for (const ChildLimit& limit : plan.limits) {
    const LimitRow* row = RowOf(limit.resource);
    const auto found = observed.limits.find(row->proc_name);
    if (found == observed.limits.end() || found->second.first != limit.soft ||
        found->second.second != limit.hard) {
      return Fail("its limit \"" + std::string(row->key) + "\" is not the planned one");
    }
  }
  return {};
}

}  // namespace

const Measure kLimitsMeasure = {
    .name = "limits",
    .section = "limits",
    .wanted = Wanted,
    .support = SupportLimits,
    .explain = ExplainLimits,
    .prepare = PrepareLimits,
    .establish = nullptr,
    .apply = ApplyLimits,
    .verify = VerifyLimits,
};

}  // namespace nodeward
