#include <utility>

#include "cli/doctor_findings.h"

namespace nodeward {
namespace {

bool AtLeast(const HostReport& host, int major, int minor) {
  return std::pair(host.kernel_major, host.kernel_minor) >= std::pair(major, minor);
}

Finding Kernel(const HostReport& host) {
  Finding finding{.key = "kernel",
                  .title = "kernel",
                  .standing = Standing::kYes,
                  .value = host.kernel_release + " (" + host.machine + ")",
                  .meaning = "new enough for every measure of this version",
                  .facts = {{"release", host.kernel_release}, {"machine", host.machine}}};
  if (host.machine != "x86_64" && host.machine != "aarch64") {
    finding.standing = Standing::kNo;
    finding.meaning =
        "the groups of system calls know x86_64 and aarch64 only: [syscalls] cannot hold";
  } else if (!AtLeast(host, 5, 13)) {
    finding.standing = Standing::kPartly;
    finding.meaning =
        "older than Landlock (Linux 5.13), without which no strict launch is possible";
  }
  return finding;
}

Finding Seccomp(const HostReport& host) {
  const SeccompReport& seccomp = host.seccomp;
  Finding finding{
      .key = "seccomp",
      .title = "seccomp",
      .standing = seccomp.filter ? Standing::kYes : Standing::kNo,
      .value = seccomp.filter ? "filters" : "no filters",
      .facts = {{"filter", seccomp.filter}, {"mode", seccomp.mode}, {"filters", seccomp.filters}}};
  if (!seccomp.filter) {
    finding.meaning = "[syscalls] cannot hold: strict refuses to launch";
  } else if (seccomp.mode == 2) {
    finding.value += "; nodeward itself is under one (a container's)";
    finding.meaning =
        "[syscalls] holds beneath the filter that is there; what that one refuses is not "
        "observable";
  } else {
    finding.meaning =
        "[syscalls] holds: the application makes no call that its profile does not name";
  }
  return finding;
}

Finding UserNotification(const HostReport& host) {
  const SeccompReport& seccomp = host.seccomp;
  return {.key = "user_notification",
          .title = "user notification",
          .standing = seccomp.user_notif ? Standing::kYes : Standing::kNo,
          .value = seccomp.user_notif ? "available" : "not available: " + seccomp.why_no_notif,
          .meaning = seccomp.user_notif
                         ? "each refused system call becomes an event, with its arguments"
                         : "nodeward cannot see refused system calls: no violation would be told",
          .facts = {{"available", seccomp.user_notif}, {"why_not", seccomp.why_no_notif}}};
}

Finding UnseenRefusals(const HostReport& host) {
  const bool asked = host.seccomp.user_notif;
  return {
      .key = "unseen_refusals",
      .title = "unseen refusals",
      .standing = Standing::kInfo,
      .value = asked ? "reads of files, and what changes folders" : "all",
      .meaning = asked ? "not observable here: refused opens for reading without [events] files = "
                         "\"all\"; mkdir, unlink, rename, link, truncate"
                       : "not observable here: a silence says nothing"};
}

Finding WakeUp(const HostReport& host) {
  const SeccompReport& seccomp = host.seccomp;
  const bool all = seccomp.sync_wake_up && seccomp.wait_killable;
  Finding finding{
      .key = "wake_up_flags",
      .title = "wake-up flags",
      .standing = all ? Standing::kYes : Standing::kPartly,
      .value = std::string("SYNC_WAKE_UP ") + (seccomp.sync_wake_up ? "yes" : "no") +
               ", WAIT_KILLABLE " + (seccomp.wait_killable ? "yes" : "no"),
      .facts = {{"sync_wake_up", seccomp.sync_wake_up}, {"wait_killable", seccomp.wait_killable}}};
  if (!seccomp.user_notif) {
    finding.standing = Standing::kInfo;
    finding.meaning = "they matter only with user notification";
  } else if (all) {
    finding.meaning = "a refused call costs a few µs, and a signal cannot make it ask twice";
  } else if (seccomp.wait_killable) {
    finding.meaning = "a refused call may cost tens of µs instead of a few (Linux 6.6)";
  } else if (seccomp.sync_wake_up) {
    finding.meaning = "a refused call that a signal interrupts may be counted twice (Linux 5.19)";
  } else {
    finding.meaning =
        "a refused call may cost tens of µs instead of a few (Linux 6.6), and be counted twice "
        "when "
        "a signal interrupts it (Linux 5.19)";
  }
  return finding;
}

Finding Landlock(const HostReport& host) {
  const bool there = host.landlock_abi > 0;
  return {
      .key = "landlock",
      .title = "Landlock",
      .standing = there ? Standing::kYes : Standing::kNo,
      .value = there ? "ABI " + std::to_string(host.landlock_abi) : "not available",
      .meaning = there ? "files are confined by rules; what this ABI lacks is kept by the filter"
                       : "files cannot be confined here: strict refuses (Linux 5.13, lsm=landlock)",
      .facts = {{"abi", host.landlock_abi}}};
}

Finding Yama(const HostReport& host) {
  nlohmann::ordered_json scope;  // null: not there
  if (host.yama_scope >= 0) scope = host.yama_scope;
  Finding finding{.key = "yama", .title = "Yama", .facts = {{"ptrace_scope", scope}}};
  if (host.yama_scope < 0) {
    finding.value = "not there";
    finding.meaning =
        "processes of one user may trace each other; the default profile refuses ptrace";
  } else if (host.yama_scope == 0) {
    finding.value = "ptrace_scope 0";
    finding.meaning = "as without it: the default profile refuses ptrace to the application";
  } else {
    finding.standing = Standing::kYes;
    finding.value = "ptrace_scope " + std::to_string(host.yama_scope);
    finding.meaning = "the kernel too refuses tracing among strangers of one user";
  }
  return finding;
}

Finding Terminals(const HostReport& host) {
  return {
      .key = "terminals",
      .title = "terminals",
      .standing = Standing::kYes,
      .value = host.legacy_tiocsti ? "TIOCSTI on" : "TIOCSTI off (dev.tty.legacy_tiocsti = 0)",
      .meaning = host.legacy_tiocsti
                     ? "this kernel lets input be pushed into a terminal: the filter refuses it "
                       "(TIOCSTI, TIOCLINUX)"
                     : "the kernel refuses TIOCSTI, and so does the filter; TIOCLINUX the filter",
      .facts = {{"legacy_tiocsti", host.legacy_tiocsti}}};
}

}  // namespace

Findings DiagnoseKernel(const HostReport& host) {
  return {Kernel(host),   Seccomp(host), UserNotification(host), UnseenRefusals(host), WakeUp(host),
          Landlock(host), Yama(host),    Terminals(host)};
}

}  // namespace nodeward
