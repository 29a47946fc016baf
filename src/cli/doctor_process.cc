#include <linux/capability.h>

#include "base/text.h"
#include "cli/doctor_findings.h"
#include "measures/capabilities.h"

namespace nodeward {
namespace {

bool CanChangeUser(const HostReport& host) { return host.Has(CAP_SETUID) && host.Has(CAP_SETGID); }

Finding User(const HostReport& host) {
  Finding finding{.key = "user",
                  .title = "user",
                  .value = "uid " + std::to_string(host.uid) + ", gid " + std::to_string(host.gid) +
                           ", " + std::to_string(host.groups.size()) + " supplementary group" +
                           (host.groups.size() == 1 ? "" : "s"),
                  .facts = {{"uid", host.uid}, {"gid", host.gid}, {"groups", host.groups}}};
  if (CanChangeUser(host)) {
    finding.standing = Standing::kYes;
    finding.meaning = "the application runs as [process] user, never as root";
  } else if (host.uid != 0) {
    finding.standing = Standing::kPartly;
    finding.meaning =
        "the application runs as this same user: a vault's identity that nodeward can "
        "read, it can read too";
  } else {
    finding.standing = Standing::kNo;
    finding.meaning =
        "root without CAP_SETUID and CAP_SETGID cannot drop to another user: "
        "docker run --user 65532";
  }
  return finding;
}

std::uint64_t AllCapabilities(const HostReport& host) {
  return host.last_capability >= 63 ? UINT64_MAX
                                    : (std::uint64_t{1} << (host.last_capability + 1)) - 1;
}

std::string DescribeCapabilities(const HostReport& host) {
  const std::uint64_t lacking = AllCapabilities(host) & ~host.cap_effective;
  if (host.cap_effective == 0) return "none held";
  if (lacking == 0) return "all held";
  const auto missing = CapabilityNames(lacking);
  if (missing.size() <= 5) return "all held but " + JoinWords(missing);
  return "held: " + JoinWords(CapabilityNames(host.cap_effective));
}

Finding Capabilities(const HostReport& host) {
  return {
      .key = "capabilities",
      .title = "capabilities",
      .standing = Standing::kInfo,
      .value = DescribeCapabilities(host),
      .meaning = host.cap_effective == 0
                     ? "there is none to take away, and none that [capabilities] keep could name"
                     : "the application has none of them but what [capabilities] keep names",
      .facts = {{"effective", CapabilityNames(host.cap_effective)},
                {"permitted", CapabilityNames(host.cap_permitted)},
                {"bounding", CapabilityNames(host.cap_bounding)},
                {"securebits", host.securebits},
                {"no_new_privs", host.no_new_privs}}};
}

Finding OneCapability(const HostReport& host, const char* key, const char* title, int capability,
                      const char* present, const char* absent, Standing when_absent) {
  const bool held = host.Has(capability);
  return {.key = key,
          .title = title,
          .standing = held ? Standing::kYes : when_absent,
          .value = held ? "held" : "absent",
          .meaning = held ? present : absent,
          .facts = {{"held", held}}};
}

Finding Setpcap(const HostReport& host) {
  return OneCapability(host, "cap_setpcap", "CAP_SETPCAP", CAP_SETPCAP,
                       "the bounding set is emptied and the securebits are locked",
                       "the bounding set stays; no_new_privs takes its meaning away",
                       Standing::kYes);
}

Finding Kill(const HostReport& host) {
  Finding finding = OneCapability(
      host, "cap_kill", "CAP_KILL", CAP_KILL, "the application can be stopped whatever its user",
      "nodeward could not signal an application of another user: docker run --cap-add KILL",
      Standing::kNo);
  if (!host.Has(CAP_KILL) && !CanChangeUser(host)) {
    finding.standing = Standing::kYes;
    finding.meaning = "not needed: the application runs as nodeward's own user";
  }
  return finding;
}

Finding Ptrace(const HostReport& host) {
  return OneCapability(host, "cap_sys_ptrace", "CAP_SYS_PTRACE", CAP_SYS_PTRACE,
                       "the arguments of a refused call can be read from any application",
                       "the arguments of a refused call are read with the application's own fsuid",
                       Standing::kYes);
}

std::string InitialOrOwn(bool initial) { return initial ? "initial" : "own"; }

Finding Namespaces(const HostReport& host) {
  Finding finding{.key = "namespaces",
                  .title = "namespaces",
                  .value = "user " + InitialOrOwn(host.initial_user_namespace) + ", PID " +
                           InitialOrOwn(host.initial_pid_namespace),
                  .meaning = "nodeward stands where the machine's own processes stand",
                  .facts = {{"initial_user", host.initial_user_namespace},
                            {"initial_pid", host.initial_pid_namespace},
                            {"setgroups_allowed", host.setgroups_allowed}}};
  if (!host.setgroups_allowed) {
    finding.standing = Standing::kPartly;
    finding.meaning =
        "this user namespace forbids setgroups(2): supplementary groups cannot be left";
  } else if (!host.initial_user_namespace) {
    finding.meaning = "root here is an ordinary user outside; the application still leaves it";
  } else if (!host.initial_pid_namespace) {
    finding.meaning = "processes outside cannot be seen nor signalled; root here is root outside";
  }
  return finding;
}

// "" where everything was made.
std::string FirstRefusal(const NamespaceReport& trial) {
  if (trial.in_user && trial.user != 0) return "a user namespace";
  if (trial.others != 0) return "namespaces";
  if (trial.mounts != 0) return "own mounts ([namespaces] mount)";
  return trial.proc != 0 ? "an own /proc ([namespaces] pid)" : "";
}

Finding OwnNamespaces(const HostReport& host) {
  const NamespaceReport& trial = host.namespaces;
  const std::string refused = FirstRefusal(trial);
  Finding finding{.key = "own_namespaces",
                  .title = "own namespaces",
                  .standing = Standing::kYes,
                  .value = trial.in_user ? "can be made, in a user namespace" : "can be made",
                  .meaning = "[namespaces] holds; nothing else rests on it",
                  .facts = {{"tried", trial.tried},
                            {"in_user", trial.in_user},
                            {"possible", trial.tried && refused.empty()}}};
  if (!trial.tried) {
    finding.standing = Standing::kInfo;
    finding.value = "not tried";
    finding.meaning = "they are tried where a profile asks for one";
  } else if (!refused.empty()) {
    finding.standing = Standing::kInfo;
    finding.value = "refused: " + refused;
    finding.meaning =
        "[namespaces] cannot hold in full; the default asks for none, and is no "
        "weaker without";
  } else if (trial.in_user) {
    finding.meaning = "[namespaces] holds with user = true; nothing else rests on it";
  }
  return finding;
}

Finding Container(const HostReport& host) {
  Finding finding{.key = "container",
                  .title = "container",
                  .value = host.container.empty() ? "none detected" : host.container,
                  .meaning = "its filter, namespaces and limits hold beside nodeward's",
                  .facts = {{"runtime", host.container}}};
  if (host.container.empty()) {
    finding.meaning = "nothing around nodeward is counted upon";
  } else if (host.initial_user_namespace && host.initial_pid_namespace) {
    finding.meaning = "its marks are there, but no namespaces of its own: it is not counted upon";
  }
  return finding;
}

Finding Place(const HostReport& host) {
  Finding finding{.key = "started_as",
                  .title = "started as",
                  .facts = {{"pid1", host.pid1}, {"systemd_unit", host.under_systemd}}};
  if (host.pid1) {
    finding.value = "PID 1";
    finding.meaning = "it reaps orphans; restart is never by default, since the runtime restarts";
  } else if (host.under_systemd) {
    finding.value = "a systemd unit";
    finding.meaning = "restart is never by default, since systemd restarts";
  } else {
    finding.value = "an ordinary process";
    finding.meaning = host.container == "kubernetes"
                          ? "restart is never by default, since Kubernetes restarts"
                          : "restart is on-failure by default";
  }
  return finding;
}

Finding Proc(const HostReport& host) {
  return {.key = "proc",
          .title = "/proc",
          .standing = host.proc ? Standing::kYes : Standing::kNo,
          .value = host.proc ? "mounted" : "not there",
          .meaning = host.proc
                         ? "what is in force is verified from it before the application starts"
                         : "run refuses: nothing could be verified; mount -t proc proc /proc",
          .facts = {{"available", host.proc}}};
}

Finding ProcChildren(const HostReport& host) {
  return {.key = "proc_children",
          .title = "list of children",
          .standing = host.proc_children ? Standing::kYes : Standing::kPartly,
          .value = host.proc_children ? "/proc/PID/task/TID/children" : "not there",
          .meaning = host.proc_children
                         ? "the keeper finds every descendant, double-forked ones included"
                         : "the keeper must search all of /proc for descendants "
                           "(CONFIG_PROC_CHILDREN)",
          .facts = {{"available", host.proc_children}}};
}

}  // namespace

Findings DiagnoseProcess(const HostReport& host) {
  return {User(host),   Capabilities(host), Setpcap(host),       Kill(host),
          Ptrace(host), Namespaces(host),   OwnNamespaces(host), Container(host),
          Place(host),  Proc(host),         ProcChildren(host)};
}

}  // namespace nodeward
