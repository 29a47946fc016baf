#include "plan/in_force.h"

#include <string>

#include "measures/capabilities.h"

namespace nodeward {
namespace {

std::vector<std::string> Numbers(const std::vector<gid_t>& list) {
  std::vector<std::string> words;
  for (const gid_t id : list) words.push_back(std::to_string(id));
  return words;
}

std::string Amount(std::uint64_t value) {
  return value == UINT64_MAX ? "unlimited" : std::to_string(value);
}

// What must be the same for each thread: credentials are a thread's own in Linux.
std::string Differences(const Observed& main, const Observed& thread) {
  std::string text;
  const auto compare = [&](bool same, const char* what) {
    if (!same) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  compare(main.uids == thread.uids, "user ids");
  compare(main.gids == thread.gids, "group ids");
  compare(main.groups == thread.groups, "groups");
  compare(main.cap_inheritable == thread.cap_inheritable &&
              main.cap_permitted == thread.cap_permitted &&
              main.cap_effective == thread.cap_effective &&
              main.cap_bounding == thread.cap_bounding && main.cap_ambient == thread.cap_ambient,
          "capabilities");
  compare(main.no_new_privs == thread.no_new_privs, "no_new_privs");
  compare(
      main.seccomp_mode == thread.seccomp_mode && main.seccomp_filters == thread.seccomp_filters,
      "system call filters");
  return text;
}

}  // namespace

std::vector<Field> InForceFields(const Observed& observed) {
  std::vector<Field> fields;
  const auto put = [&](const char* name, FieldValue value) {
    fields.push_back({"in_force." + std::string(name), std::move(value)});
  };
  put("uid", std::uint64_t{observed.uids.at(0)});
  put("gid", std::uint64_t{observed.gids.at(0)});
  put("groups", Numbers(observed.groups));
  put("capabilities", CapabilityNames(observed.cap_permitted));
  put("capabilities.effective", CapabilityNames(observed.cap_effective));
  put("capabilities.inheritable", CapabilityNames(observed.cap_inheritable));
  put("capabilities.ambient", CapabilityNames(observed.cap_ambient));
  put("capabilities.bounding", CapabilityNames(observed.cap_bounding));
  put("no_new_privs", observed.no_new_privs);
  put("seccomp_mode", std::int64_t{observed.seccomp_mode});
  put("seccomp_filters", std::int64_t{observed.seccomp_filters});
  std::vector<std::string> groups;
  for (const auto& [controller, path] : observed.cgroups) {
    if (path != "/") groups.push_back((controller.empty() ? "unified" : controller) + ":" + path);
  }
  put("cgroups", groups);
  std::vector<std::string> limits;
  for (const char* name : {"Max open files", "Max core file size", "Max processes"}) {
    const auto found = observed.limits.find(name);
    if (found == observed.limits.end()) continue;
    limits.push_back(std::string(name) + " " + Amount(found->second.first) + " " +
                     Amount(found->second.second));
  }
  put("limits", limits);
  return fields;
}

Result<std::vector<std::string>> DeviatingThreads(pid_t process) {
  const auto threads = ObserveThreads(process);
  if (!threads) return Fail(threads.error());
  std::vector<std::string> deviating;
  for (const Observed& thread : *threads) {
    const std::string differences = Differences(threads->front(), thread);
    if (!differences.empty()) {
      deviating.push_back("thread " + std::to_string(thread.pid) + ": other " + differences);
    }
  }
  return deviating;
}

}  // namespace nodeward
