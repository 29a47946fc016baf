#include "measures/cgroup_limits.h"

#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "measures/users.h"

namespace nodeward {
namespace {

// sched-bwc.rst: a period of 100 ms, the kernel's own default, and never less than 1 ms of quota.
constexpr std::uint64_t kPeriod = 100000;  // microseconds
constexpr double kLeastCpu = 0.01;         // processors

std::uint64_t WholePages(std::uint64_t bytes) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return bytes / page * page;
}

std::uint64_t Bytes(const Size& size, std::uint64_t whole) {
  if (!size.percent) return WholePages(size.bytes);
  const double share = std::clamp(*size.percent / 100.0, 0.0, 1.0);
  return WholePages(static_cast<std::uint64_t>(static_cast<double>(whole) * share));
}

// 1.5, 150, 0.25: no trailing zeros, no exponent.
std::string Decimal(double value) {
  std::array<char, 64> text{};
  // Rounded first: 1.1 * 100 is 110.00000000000001.
  const double rounded = std::round(value * 1e6) / 1e6;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), rounded, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

std::uint64_t QuotaOf(double processors) {
  // The tiny addition keeps 0.29 * 100000 from becoming 28999.
  return static_cast<std::uint64_t>(processors * static_cast<double>(kPeriod) + 1e-6);
}

// docker's sizes: the largest unit that divides the value.
std::string Flag(std::uint64_t bytes, const char* kilo, const char* mega) {
  constexpr std::uint64_t kMega = std::uint64_t{1} << 20;
  if (bytes % kMega == 0) return std::to_string(bytes / kMega) + mega;
  return std::to_string(bytes / 1024) + kilo;
}

std::string ForPeople(LimitKey key, const AskedLimits& asked) {
  switch (key) {
    case LimitKey::kMemory:
      return FormatSize(*asked.memory);
    case LimitKey::kSwap:
      return *asked.swap == 0 ? "0" : FormatSize(*asked.swap);
    case LimitKey::kCpu:
      return Decimal(*asked.cpu);
    case LimitKey::kPids:
      return std::to_string(*asked.pids);
  }
  return {};
}

// The inherited limit when it is at least as tight as the asked one, for people.
std::optional<std::string> Inherited(LimitKey key, const AskedLimits& asked,
                                     const InheritedLimits& own) {
  switch (key) {
    case LimitKey::kMemory:
      if (own.memory <= *asked.memory) return FormatSize(own.memory);
      break;
    case LimitKey::kSwap:
      if (own.swap <= *asked.swap) return own.swap == 0 ? "0" : FormatSize(own.swap);
      break;
    case LimitKey::kCpu:
      // Compared as the kernel would: in whole microseconds of the period.
      if (own.cpu > 0 && QuotaOf(own.cpu) <= QuotaOf(*asked.cpu)) return Decimal(own.cpu);
      break;
    case LimitKey::kPids:
      if (own.pids <= *asked.pids) return std::to_string(own.pids);
      break;
  }
  return std::nullopt;
}

// Why no group of nodeward's own can hold the limit, or empty.
std::string WhyNoGroup(LimitKey key, const std::string& name, const AskedLimits& asked,
                       const HostReport& host) {
  if (key == LimitKey::kCpu && *asked.cpu < kLeastCpu) {
    return "the kernel cannot hold less than " + Decimal(kLeastCpu) + " processors";
  }
  const auto found = host.cgroup.controllers.find(name);
  if (found == host.cgroup.controllers.end()) {
    return host.cgroup.version == CgroupVersion::kNone
               ? "no cgroup hierarchy is mounted here"
               : "no cgroup hierarchy here has the " + name + " controller";
  }
  if (!found->second.writable) return found->second.why_not;
  if (key != LimitKey::kSwap) return {};
  if (!host.cgroup.memsw) {
    return found->second.v2 ? "this kernel has no memory.swap.max (booted with swapaccount=0?)"
                            : "this kernel has no memory.memsw (boot with swapaccount=1)";
  }
  if (!found->second.v2 && !asked.memory) {
    return "cgroup v1 limits swap only together with memory, and limits.memory is not set";
  }
  return {};
}

// Whether the application gets another user than nodeward's, who cannot write to nodeward's groups.
// Root's applications are never root. Another with CAP_SETUID, as a unit's AmbientCapabilities=
// give it, changes the user where the profile names one.
bool OfAnotherUser(const Profile& profile, const HostReport& host) {
  if (host.uid == 0) return true;
  if (!profile.process.user || !host.Has(CAP_SETUID)) return false;
  const auto user = UserFiles().ResolveUser(profile.process.user->value);
  return user && user->uid != host.uid;
}

LimitVerdict Judge(LimitKey key, const std::string& name, const AskedLimits& asked,
                   const HostReport& host, bool of_another_user) {
  LimitVerdict verdict{.key = key, .controller = name, .asked = ForPeople(key, asked)};
  const std::string why_not = WhyNoGroup(key, name, asked, host);
  const auto inherited = Inherited(key, asked, host.cgroup.inherited);
  if (why_not.empty() && of_another_user) {
    verdict.means = Means::kGroup;
  } else if (inherited) {
    verdict.means = Means::kInherited;
    verdict.detail = *inherited;
  } else if (key == LimitKey::kSwap && host.swap_total == 0) {
    verdict.means = Means::kNoSwap;
  } else if (why_not.empty()) {
    verdict.means = Means::kWeakGroup;
  } else {
    verdict.detail = why_not;
  }
  return verdict;
}

// The limits for which the surroundings must help.
AskedLimits Wanting(const AskedLimits& asked, const std::vector<LimitVerdict>& verdicts) {
  AskedLimits wanting;
  for (const auto& verdict : verdicts) {
    if (verdict.means != Means::kNone && verdict.means != Means::kWeakGroup) continue;
    if (verdict.key == LimitKey::kMemory) wanting.memory = asked.memory;
    if (verdict.key == LimitKey::kSwap) wanting.swap = asked.swap;
    if (verdict.key == LimitKey::kCpu) wanting.cpu = asked.cpu;
    if (verdict.key == LimitKey::kPids) wanting.pids = asked.pids;
  }
  return wanting;
}

std::string RunFlags(const std::string& engine, const AskedLimits& wanting,
                     const AskedLimits& asked) {
  std::string text = engine + " run";
  // --memory-swap counts memory and swap together, and is taken only beside -m.
  if (wanting.memory || (wanting.swap && asked.memory))
    text += " -m " + Flag(*asked.memory, "k", "m");
  if (wanting.swap && asked.memory) {
    text += " --memory-swap " + Flag(*asked.memory + *wanting.swap, "k", "m");
  }
  if (wanting.cpu) text += " --cpus " + Decimal(*wanting.cpu);
  if (wanting.pids) text += " --pids-limit " + std::to_string(*wanting.pids);
  if (wanting.swap && !asked.memory) {
    text += " -m MEMORY --memory-swap MEMORY+SWAP (limits.memory is not set)";
  }
  return text;
}

std::vector<std::string> UnitLines(const AskedLimits& wanting) {
  std::vector<std::string> lines;
  if (wanting.memory) lines.push_back("MemoryMax=" + Flag(*wanting.memory, "K", "M"));
  if (wanting.swap) {
    lines.push_back("MemorySwapMax=" + (*wanting.swap == 0 ? "0" : Flag(*wanting.swap, "K", "M")));
  }
  if (wanting.cpu) lines.push_back("CPUQuota=" + Decimal(*wanting.cpu * 100) + "%");
  if (wanting.pids) lines.push_back("TasksMax=" + std::to_string(*wanting.pids));
  return lines;
}

std::string PodLines(const AskedLimits& wanting) {
  std::vector<std::string> parts;
  if (wanting.memory) parts.push_back("memory: " + Flag(*wanting.memory, "Ki", "Mi"));
  if (wanting.cpu) parts.push_back("cpu: \"" + Decimal(*wanting.cpu) + "\"");
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  if (!text.empty()) text = "resources: { limits: { " + text + " } } in the container's manifest";
  if (wanting.pids) {
    text += (text.empty() ? "" : "; ") + ("podPidsLimit: " + std::to_string(*wanting.pids)) +
            " in the kubelet's configuration";
  }
  if (wanting.swap) text += std::string(text.empty() ? "" : "; ") + "a node without swap";
  return text;
}

std::uint64_t Tighter(std::uint64_t asked, std::uint64_t inherited) {
  return std::min(asked, inherited);
}

void AddMemory(std::vector<CgroupSetting>* settings, bool v2, bool with_swap,
               const AskedLimits& asked, const InheritedLimits& own) {
  const std::string name = "memory";
  if (asked.memory) {
    const std::uint64_t memory = WholePages(Tighter(*asked.memory, own.memory));
    settings->push_back(
        {name, v2 ? "memory.max" : "memory.limit_in_bytes", std::to_string(memory)});
  }
  if (!with_swap) return;
  if (v2) {
    settings->push_back(
        {name, "memory.swap.max", std::to_string(WholePages(Tighter(*asked.swap, own.swap)))});
    return;
  }
  // cgroup-v1/memory.rst: memsw counts memory and swap, and may never be below limit_in_bytes. A
  // new group has no limit, so memory is lowered first.
  const std::uint64_t memory = WholePages(Tighter(*asked.memory, own.memory));
  settings->push_back({name, "memory.memsw.limit_in_bytes",
                       std::to_string(memory + WholePages(Tighter(*asked.swap, own.swap)))});
}

void AddCpu(std::vector<CgroupSetting>* settings, bool v2, double processors,
            const InheritedLimits& own) {
  // On v1 the kernel answers EINVAL to a share above the parent's.
  if (own.cpu > 0) processors = std::min(processors, own.cpu);
  const std::string quota = std::to_string(QuotaOf(processors));
  const std::string period = std::to_string(kPeriod);
  if (v2) {
    settings->push_back({"cpu", "cpu.max", quota + " " + period});
  } else {
    settings->push_back({"cpu", "cpu.cfs_period_us", period});
    settings->push_back({"cpu", "cpu.cfs_quota_us", quota});
  }
}

}  // namespace

AskedLimits Asked(const Profile& profile, const HostReport& host) {
  const LimitsSection& limits = profile.limits;
  AskedLimits asked;
  if (limits.memory) asked.memory = Bytes(limits.memory->value, host.memory_total);
  if (limits.swap) asked.swap = Bytes(limits.swap->value, host.swap_total);
  if (limits.cpu) asked.cpu = limits.cpu->value;
  if (limits.pids) asked.pids = limits.pids->value;
  return asked;
}

std::string KeyName(LimitKey key) {
  switch (key) {
    case LimitKey::kMemory:
      return "limits.memory";
    case LimitKey::kSwap:
      return "limits.swap";
    case LimitKey::kCpu:
      return "limits.cpu";
    case LimitKey::kPids:
      return "limits.pids";
  }
  return {};
}

bool InGroup(const LimitVerdict& verdict) {
  return verdict.means == Means::kGroup || verdict.means == Means::kWeakGroup;
}

std::vector<LimitVerdict> JudgeLimits(const Profile& profile, const HostReport& host) {
  const AskedLimits asked = Asked(profile, host);
  if (!asked.Any()) return {};
  std::vector<LimitVerdict> verdicts;
  const auto judge = [&, another = OfAnotherUser(profile, host)](LimitKey key, const char* name) {
    verdicts.push_back(Judge(key, name, asked, host, another));
  };
  if (asked.memory) judge(LimitKey::kMemory, "memory");
  if (asked.swap) judge(LimitKey::kSwap, "memory");
  if (asked.cpu) judge(LimitKey::kCpu, "cpu");
  if (asked.pids) judge(LimitKey::kPids, "pids");
  return verdicts;
}

std::string SurroundingsHint(const AskedLimits& asked, const std::vector<LimitVerdict>& verdicts,
                             const HostReport& host) {
  const AskedLimits wanting = Wanting(asked, verdicts);
  if (!wanting.Any()) return {};
  if (host.container == "kubernetes") return PodLines(wanting);
  if (!host.container.empty() && host.container != "systemd-nspawn") {
    return RunFlags(host.container == "podman" ? "podman" : "docker", wanting, asked);
  }
  const auto lines = UnitLines(wanting);
  if (host.under_systemd) {
    std::string text;
    for (const auto& line : lines) text += line + " ";
    return text + "in the unit's [Service]" +
           (host.uid == 0 ? "; or Delegate=yes alone, and nodeward makes the group" : "");
  }
  std::string text = "systemd-run --scope -p Delegate=yes";
  for (const auto& line : lines) text += " -p " + line;
  return text + " nodeward run …; in a container: " + RunFlags("docker", wanting, asked);
}

std::vector<CgroupSetting> SettingsOf(const std::string& controller, const AskedLimits& asked,
                                      const std::vector<LimitVerdict>& verdicts,
                                      const HostReport& host) {
  const bool v2 = host.cgroup.controllers.at(controller).v2;
  const InheritedLimits& own = host.cgroup.inherited;
  AskedLimits held;
  for (const auto& verdict : verdicts) {
    if (!InGroup(verdict)) continue;
    if (verdict.key == LimitKey::kMemory) held.memory = asked.memory;
    if (verdict.key == LimitKey::kSwap) held.swap = asked.swap;
    // v1 cannot say one without the other, even where the memory alone would be held already.
    if (verdict.key == LimitKey::kSwap && !v2) held.memory = asked.memory;
    if (verdict.key == LimitKey::kCpu) held.cpu = asked.cpu;
    if (verdict.key == LimitKey::kPids) held.pids = asked.pids;
  }
  std::vector<CgroupSetting> settings;
  if (controller == "memory") AddMemory(&settings, v2, held.swap.has_value(), held, own);
  if (controller == "cpu" && held.cpu) AddCpu(&settings, v2, *held.cpu, own);
  if (controller == "pids" && held.pids) {
    settings.push_back({"pids", "pids.max", std::to_string(Tighter(*held.pids, own.pids))});
  }
  return settings;
}

}  // namespace nodeward
