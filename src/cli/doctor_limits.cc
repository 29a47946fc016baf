#include <linux/capability.h>
#include <sys/resource.h>

#include <cstdio>

#include "base/text.h"
#include "cli/doctor_findings.h"

namespace nodeward {
namespace {

constexpr const char* kControllers[] = {"memory", "cpu", "pids"};
// What would set the limits where nodeward cannot.
std::string OuterLimits(const HostReport& host) {
  if (host.container.empty()) return "start nodeward as root, or with Delegate=yes in its unit";
  return "docker run -m 512m --memory-swap 512m --cpus 1.5 --pids-limit 64";
}

std::string VersionWord(CgroupVersion version) {
  switch (version) {
    case CgroupVersion::kV1:
      return "v1";
    case CgroupVersion::kV2:
      return "v2";
    case CgroupVersion::kHybrid:
      return "hybrid";
    case CgroupVersion::kNone:
      break;
  }
  return "none";
}

const CgroupController* FindController(const HostReport& host, const std::string& name) {
  const auto found = host.cgroup.controllers.find(name);
  return found == host.cgroup.controllers.end() ? nullptr : &found->second;
}

// The three controllers, by whether nodeward can set limits with them.
struct Controllers {
  std::vector<std::string> writable;
  std::vector<std::string> others;  // "pids (read-only file system)"
};

Controllers SortControllers(const HostReport& host) {
  Controllers sorted;
  for (const std::string name : kControllers) {
    const CgroupController* controller = FindController(host, name);
    if (controller != nullptr && controller->writable) {
      sorted.writable.push_back(name);
    } else {
      const std::string why = controller == nullptr ? "absent" : controller->why_not;
      sorted.others.push_back(name + (why.empty() ? "" : " (" + why + ")"));
    }
  }
  return sorted;
}

nlohmann::ordered_json ControllersJson(const HostReport& host) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, controller] : host.cgroup.controllers) {
    json[name] = {{"mount", controller.mount},
                  {"path", controller.path},
                  {"v2", controller.v2},
                  {"writable", controller.writable},
                  {"why_not", controller.why_not}};
  }
  return json;
}

Finding Cgroups(const HostReport& host) {
  const Controllers sorted = SortControllers(host);
  Finding finding{.key = "cgroup",
                  .title = "cgroups",
                  .value = VersionWord(host.cgroup.version),
                  .facts = {{"version", VersionWord(host.cgroup.version)},
                            {"controllers", ControllersJson(host)},
                            {"kill", host.cgroup.kill}}};
  if (!sorted.writable.empty()) finding.value += "; writable: " + JoinWords(sorted.writable);
  if (!sorted.others.empty()) finding.value += "; not writable: " + JoinWords(sorted.others);
  if (sorted.others.empty()) {
    finding.standing = Standing::kYes;
    finding.meaning = "[limits] memory, cpu and pids can be enforced";
  } else if (!sorted.writable.empty()) {
    finding.standing = Standing::kPartly;
    finding.meaning = "[limits] " + JoinWords(sorted.writable) +
                      " can be enforced; otherwise an inherited limit counts where it is as tight";
  } else {
    finding.standing = Standing::kNo;
    finding.meaning =
        "[limits] hold only where an inherited limit is as tight; else: " + OuterLimits(host);
  }
  return finding;
}

Finding TreeKill(const HostReport& host) {
  const bool one_write = host.cgroup.kill && !SortControllers(host).writable.empty();
  return {.key = "cgroup_kill",
          .title = "ending a tree",
          .standing = Standing::kYes,
          .value = one_write ? "cgroup.kill" : "process by process",
          .meaning = one_write ? "one write ends the application with all its descendants"
                               : "the keeper finds and kills the application's descendants in turn",
          .facts = {{"one_write", one_write}}};
}

nlohmann::ordered_json NumberOrNull(std::uint64_t value) {
  return value == UINT64_MAX ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
}

std::string FormatProcessors(double count) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", count);
  return text;
}

Finding Inherited(const HostReport& host) {
  const InheritedLimits& limits = host.cgroup.inherited;
  std::vector<std::string> words;
  if (limits.memory != UINT64_MAX) words.push_back("memory " + FormatSize(limits.memory));
  if (limits.swap != UINT64_MAX) words.push_back("swap " + FormatSize(limits.swap));
  if (limits.cpu > 0) words.push_back("cpu " + FormatProcessors(limits.cpu));
  if (limits.pids != UINT64_MAX) words.push_back("pids " + std::to_string(limits.pids));
  return {
      .key = "inherited_limits",
      .title = "inherited limits",
      .standing = Standing::kInfo,
      .value = words.empty() ? "none" : JoinWords(words),
      .meaning = words.empty() ? "only what [limits] asks for bounds the application"
                               : "they bound nodeward and the application together; [limits] can "
                                 "only be tighter",
      .facts = {
          {"memory", NumberOrNull(limits.memory)},
          {"swap", NumberOrNull(limits.swap)},
          {"cpu", limits.cpu > 0 ? nlohmann::ordered_json(limits.cpu) : nlohmann::ordered_json()},
          {"pids", NumberOrNull(limits.pids)}}};
}

Finding Memory(const HostReport& host) {
  return {.key = "memory",
          .title = "memory",
          .standing = Standing::kInfo,
          .value = host.memory_total == 0
                       ? std::string("unknown")
                       : FormatSize(host.memory_total) + ", " + FormatSize(host.memory_available) +
                             " of it available",
          .meaning = "a percentage in [limits] counts from the whole of it",
          .facts = {{"total", host.memory_total}, {"available", host.memory_available}}};
}

Finding Swap(const HostReport& host) {
  const CgroupController* memory = FindController(host, "memory");
  Finding finding{.key = "swap",
                  .title = "swap",
                  .value = host.swap_total == 0 ? "none" : FormatSize(host.swap_total),
                  .facts = {{"total", host.swap_total}, {"memsw", host.cgroup.memsw}}};
  if (host.swap_total == 0) {
    finding.standing = Standing::kYes;
    finding.meaning = "[limits] swap = \"0\" holds by itself";
  } else if (memory == nullptr || !memory->writable) {
    finding.standing = Standing::kNo;
    finding.meaning = "[limits] swap holds only where an inherited limit is as tight";
  } else if (!memory->v2 && !host.cgroup.memsw) {
    finding.standing = Standing::kNo;
    finding.meaning =
        "[limits] swap cannot be enforced: this kernel does not account for swap "
        "(boot with swapaccount=1)";
  } else {
    finding.standing = Standing::kYes;
    finding.meaning = "[limits] swap can be enforced";
  }
  return finding;
}

Finding Processors(const HostReport& host) {
  return {.key = "processors",
          .title = "processors",
          .standing = Standing::kInfo,
          .value = std::to_string(host.processors),
          .meaning = "[limits] cpu above this changes nothing",
          .facts = {{"usable", host.processors}}};
}

std::string FormatLimit(std::uint64_t limit) {
  return limit == UINT64_MAX ? "unlimited" : std::to_string(limit);
}

Finding OpenFiles(const HostReport& host) {
  const auto found = host.limits.find(RLIMIT_NOFILE);
  if (found == host.limits.end()) {
    return {.key = "open_files",
            .title = "open files",
            .standing = Standing::kNo,
            .value = "not known",
            .meaning = "prlimit64(2) is refused here: no limit of [limits] files can be set"};
  }
  const auto [soft, hard] = found->second;
  return {.key = "open_files",
          .title = "open files",
          .standing = Standing::kInfo,
          .value = FormatLimit(soft) + ", at most " + FormatLimit(hard),
          .meaning = host.Has(CAP_SYS_RESOURCE)
                         ? "[limits] files can be any number: CAP_SYS_RESOURCE is held"
                         : "[limits] files can be at most " + FormatLimit(hard) +
                               ": CAP_SYS_RESOURCE is absent",
          .facts = {{"soft", NumberOrNull(soft)}, {"hard", NumberOrNull(hard)}}};
}

}  // namespace

Findings DiagnoseLimits(const HostReport& host) {
  return {Cgroups(host), TreeKill(host),   Inherited(host), Memory(host),
          Swap(host),    Processors(host), OpenFiles(host)};
}

}  // namespace nodeward
