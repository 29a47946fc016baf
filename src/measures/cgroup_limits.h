// What is asked of the cgroups, and by which means this host can hold each part: pure decisions, so
// that explain, support and prepare cannot disagree. Parent only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/report.h"
#include "measures/measure.h"
#include "profile/profile.h"

namespace nodeward {

// The asked limits in the kernel's units, percentages multiplied out.
struct AskedLimits {
  std::optional<std::uint64_t> memory;  // bytes, whole pages
  std::optional<std::uint64_t> swap;    // bytes, whole pages
  std::optional<double> cpu;            // processors
  std::optional<std::uint64_t> pids;

  bool Any() const { return memory || swap || cpu || pids; }
};
// "25%" of memory is a share of the machine's memory, of swap a share of its swap, as systemd
// counts.
AskedLimits Asked(const Profile& profile, const HostReport& host);

enum class LimitKey { kMemory, kSwap, kCpu, kPids };

enum class Means {
  kGroup,      // a group of the application's own
  kWeakGroup,  // likewise, but the application has nodeward's user and could lift it
  kInherited,  // the limit that nodeward runs under is at least as tight
  kNoSwap,     // the machine has no swap
  kNone,
};

struct LimitVerdict {
  LimitKey key;
  std::string controller;  // "memory"
  std::string asked;       // "512M", for people
  Means means = Means::kNone;
  std::string detail;  // kNone: why; kInherited: the inherited limit
};

// One verdict for each limit that is asked for, in the order of the keys. May look the
// application's user up.
std::vector<LimitVerdict> JudgeLimits(const Profile& profile, const HostReport& host);

// The profile's key: "limits.memory".
std::string KeyName(LimitKey key);

// Means::kGroup or Means::kWeakGroup.
bool InGroup(const LimitVerdict& verdict);

// What an operator can type so that the surroundings hold the limits that nodeward cannot: flags of
// docker or podman, lines of a pod or a systemd unit, whichever this host is.
std::string SurroundingsHint(const AskedLimits& asked, const std::vector<LimitVerdict>& verdicts,
                             const HostReport& host);

// The settings of one controller, in the order in which the kernel takes them.
std::vector<CgroupSetting> SettingsOf(const std::string& controller, const AskedLimits& asked,
                                      const std::vector<LimitVerdict>& verdicts,
                                      const HostReport& host);

}  // namespace nodeward
