// namespaces: own process numbers, mounts, IPC objects, host name and network, where a profile asks
// for them. Nothing else in nodeward rests on one. namespaces(7), user_namespaces(7).
#include "measures/namespaces.h"

#include <linux/capability.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "measures/child_applies.h"
#include "measures/namespace_mounts.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

bool Asked(const Setting<bool>& setting) { return setting && setting->value; }

constexpr const char* kGrant =
    "docker run --cap-add SYS_ADMIN; or start nodeward as root on a host";

// Without CAP_SYS_ADMIN the others can only be made inside a user namespace.
bool InUserNamespace(const HostReport& host) { return !host.Has(CAP_SYS_ADMIN); }

std::string WhyNoUserNamespace(int error) {
  const std::string words = "this host refuses user namespaces: ";
  if (error == ENOSPC || error == EUSERS) {
    return words + "their number is limited (user.max_user_namespaces)";
  }
  if (error == EPERM || error == EACCES) {
    return words + "a security module, a sysctl or a container's filter forbids them to this user";
  }
  return words + DescribeErrno(error);
}

Support SupportUserNamespace(const Profile& profile, const HostReport& host) {
  if (!Asked(profile.namespaces.user)) {
    return Unavailable{
        "without CAP_SYS_ADMIN namespaces can be made only inside a user namespace, and the "
        "profile asks for none",
        host.namespaces.user == 0 ? "[namespaces] user = true" : kGrant};
  }
  if (host.uid == 0 || host.Has(CAP_SETUID)) {
    return Unavailable{
        "inside a user namespace nodeward could not change the user: only its own exists there",
        "start nodeward as the application's user, or with CAP_SYS_ADMIN"};
  }
  if (host.namespaces.user == 0) return Full{};
  return Unavailable{WhyNoUserNamespace(host.namespaces.user), kGrant};
}

Support SupportMounts(const Profile& profile, const NamespaceReport& trial) {
  const NamespacesSection& asked = profile.namespaces;
  if (Asked(asked.mount) && trial.mounts == ENOSYS) {
    return Unavailable{"this kernel cannot make a whole tree read-only (mount_setattr(2))",
                       "Linux 5.12 or newer, or leave out [namespaces] mount"};
  }
  if (Asked(asked.mount) && trial.mounts != 0) {
    return Unavailable{"own mounts are refused here: " + DescribeErrno(trial.mounts), kGrant};
  }
  if (Asked(asked.pid) && trial.proc != 0) {
    return Unavailable{"an own /proc is refused here: " + DescribeErrno(trial.proc) +
                           (trial.in_user ? " (parts of the present one are covered)" : ""),
                       kGrant};
  }
  return Full{};
}

Support SupportNamespaces(const Profile& profile, const HostReport& host) {
  if (InUserNamespace(host)) {
    Support user = SupportUserNamespace(profile, host);
    if (!std::holds_alternative<Full>(user)) return user;
  } else if (Asked(profile.namespaces.user) && profile.capabilities.keep &&
             !profile.capabilities.keep->empty()) {
    return Partial{
        "the capabilities that are kept count for the whole machine: as root nodeward "
        "makes no user namespace",
        "leave out [namespaces] user, or start nodeward as the application's user"};
  }
  if (host.namespaces.others != 0) {
    return Unavailable{"namespaces are refused here: " + DescribeErrno(host.namespaces.others),
                       kGrant};
  }
  return SupportMounts(profile, host.namespaces);
}

void ExplainMounts(const Profile& profile, Explanation& explanation) {
  const NamespacesSection& asked = profile.namespaces;
  if (Asked(asked.mount)) {
    explanation.lines.push_back(
        "mount: every file system is read-only and without devices and set-uid programs; "
        "[filesystem] write stays writable");
    explanation.lines.push_back(
        "mount: /tmp, /var/tmp and /dev/shm are its own, in memory, a quarter of the machine's "
        "each, nothing in them can be executed; they end with it");
    explanation.lines.push_back(
        "mount: /proc/kcore, /proc/keys, /sys/firmware and the like are "
        "covered");
  }
  if (Asked(asked.pid)) {
    explanation.lines.push_back(
        "pid: sees and signals its own processes alone, and /proc shows no others");
  } else if (Asked(asked.mount)) {
    explanation.lines.push_back("pid: not asked for: /proc names all processes of the machine");
  }
}

Explanation ExplainNamespaces(const Profile& profile, const HostReport& host) {
  const NamespacesSection& asked = profile.namespaces;
  std::vector<std::string> names;
  if (Asked(asked.pid)) names.emplace_back("processes");
  if (Asked(asked.mount)) names.emplace_back("mounts");
  if (Asked(asked.ipc)) names.emplace_back("IPC objects");
  if (Asked(asked.uts)) names.emplace_back("host name");
  if (Asked(asked.net)) names.emplace_back("network");
  Explanation explanation;
  explanation.what = names.empty() ? "an own user namespace" : "has its own " + JoinWords(names);
  ExplainMounts(profile, explanation);
  if (Asked(asked.net)) {
    explanation.lines.push_back(
        "net: a loopback interface and nothing else: it reaches nothing outside, and nothing "
        "outside reaches it, but by inherited descriptors and UNIX sockets");
  }
  if (Asked(asked.user)) {
    explanation.lines.push_back(
        InUserNamespace(host)
            ? "user: its own user and group alone exist there, and every privilege ends there"
            : "user: none is made, since root makes the others without: the application keeps no "
              "capability that one would contain");
  }
  return explanation;
}

Result<void> PrepareNamespaces(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  const NamespacesSection& asked = profile.namespaces;
  PlannedNamespaces& planned = plan.namespaces;
  planned.user = Asked(asked.user) && InUserNamespace(host);
  planned.pid = Asked(asked.pid);
  planned.mount = Asked(asked.mount);
  planned.ipc = Asked(asked.ipc);
  planned.uts = Asked(asked.uts);
  planned.net = Asked(asked.net);
  return PlanMounts(profile, host, plan);
}

Result<void> VerifyNamespaces(const LaunchPlan& plan, const Observed& observed) {
  const PlannedNamespaces& planned = plan.namespaces;
  const std::pair<const char*, bool> wanted[] = {
      {"user", planned.user}, {"pid", planned.pid}, {"mnt", planned.mount || planned.pid},
      {"ipc", planned.ipc},   {"uts", planned.uts}, {"net", planned.net},
  };
  for (const auto& [name, own] : wanted) {
    if (own && std::ranges::count(observed.namespaces, name) == 0) {
      return Fail(std::string("it shares the namespace ") + name + " with nodeward");
    }
  }
  return VerifyMounts(planned, observed.mounts);
}

}  // namespace

bool WantsNamespaces(const Profile& profile) {
  if (EnforcementFor(profile, "namespaces") == Enforcement::kPermissive) return false;
  const NamespacesSection& asked = profile.namespaces;
  return Asked(asked.user) || Asked(asked.pid) || Asked(asked.mount) || Asked(asked.ipc) ||
         Asked(asked.uts) || Asked(asked.net);
}

const Measure kNamespacesMeasure = {
    .name = "namespaces",
    .section = "namespaces",
    .wanted = WantsNamespaces,
    .support = SupportNamespaces,
    .explain = ExplainNamespaces,
    .prepare = PrepareNamespaces,
    .establish = nullptr,
    .apply = ApplyNamespaces,
    .verify = VerifyNamespaces,
};

}  // namespace nodeward
