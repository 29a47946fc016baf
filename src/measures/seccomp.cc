// seccomp: the measure. seccomp_filter.cc compiles; this file decides who answers.
#include <linux/seccomp.h>

#include <algorithm>

#include "kernel/architecture.h"
#include "kernel/sys.h"
#include "measures/always.h"
#include "measures/child_applies.h"
#include "measures/rows.h"
#include "measures/seccomp_filter.h"
#include "profile/syscall_groups.h"

namespace nodeward {
namespace {

bool Kills(const Profile& profile) {
  return profile.syscalls.on_violation &&
         profile.syscalls.on_violation->value == OnViolation::kKill;
}

bool Permissive(const Profile& profile) {
  return EnforcementFor(profile, "syscalls") == Enforcement::kPermissive;
}

Support SupportSeccomp(const Profile&, const HostReport& host) {
  if (!host.seccomp.filter) {
    return Unavailable{"this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)",
                       "a kernel with CONFIG_SECCOMP_FILTER=y"};
  }
  if (!host.seccomp.user_notif) {
    return Partial{
        "refused system calls are refused but not seen, and files that no rule names can "
        "be watched, and change mode, owner and times: " +
            host.seccomp.why_no_notif,
        "[syscalls] enforcement = \"best-effort\""};
  }
  return Full{};
}

DefaultAnswer Answer(const Profile& profile, const HostReport& host) {
  if (host.seccomp.user_notif) return DefaultAnswer::kNotify;
  if (Permissive(profile)) return DefaultAnswer::kLog;
  return Kills(profile) ? DefaultAnswer::kKill : DefaultAnswer::kErrno;
}

std::string GroupLine(const Text& entry) {
  if (!entry.value.starts_with('@')) return entry.value + ": by name";
  const SyscallGroup* group = FindSyscallGroup(entry.value.substr(1));
  if (group == nullptr) return entry.value + ": no such group";
  return entry.value + ": " + std::string(group->purpose) + " (" +
         std::to_string(group->calls.size()) + " calls)";
}

Explanation ExplainSeccomp(const Profile& profile, const HostReport& host) {
  const auto policy = ResolvePolicy(profile);
  if (!policy) return {policy.error().what, {}};
  Explanation explanation;
  explanation.what = std::to_string(policy->allow.size()) + " system calls allowed; any other is ";
  if (Permissive(profile)) {
    explanation.what += "told and let through (permissive)";
  } else {
    explanation.what += Kills(profile) ? "answered by ending the process" : "refused with EPERM";
    explanation.what += host.seccomp.user_notif ? ", and told" : ", unseen";
  }
  for (const Text& entry : profile.syscalls.allow.value_or(std::vector<Text>{})) {
    explanation.lines.push_back("allow " + GroupLine(entry));
  }
  for (const Text& entry : profile.syscalls.deny.value_or(std::vector<Text>{})) {
    explanation.lines.push_back("deny " + GroupLine(entry));
  }
  explanation.lines.push_back(
      "socket, clone, prctl, fcntl, ioctl, prlimit64: only with listed arguments");
  explanation.lines.push_back("kill: never towards nodeward itself");
  explanation.lines.push_back(std::string(kernel::kForeignCalls) + " calls end the process");
  explanation.lines.push_back(std::to_string(policy->probes.size()) +
                              " probes and calls newer than the table: ENOSYS, no event");
  return explanation;
}

// Only where somebody answers: without a listener Landlock alone decides, and SupportSeccomp says
// what it lets pass.
Supervision Supervises(const Profile& profile, const PlannedNetwork& network,
                       DefaultAnswer answer) {
  Supervision supervision;
  if (answer != DefaultAnswer::kNotify) return supervision;
  supervision.execution = supervision.writes = supervision.signals = true;
  supervision.metadata = supervision.watches = true;
  supervision.instances = !network.fetches;
  supervision.mappings = profile.node.addons && !profile.node.addons->value;
  supervision.network = network.wanted;
  supervision.questions = network.wanted && !network.permissive && !network.policy.dns_open();
  supervision.sockets = network.wanted && !network.permissive && !network.fetches;
  supervision.reads = profile.events.all_files && profile.events.all_files->value;
  return supervision;
}

Result<void> PrepareSeccomp(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  auto policy = ResolvePolicy(profile);
  if (!policy) return Fail(policy.error());
  policy->answer = Answer(profile, host);
  policy->guarded = plan.guarded;
  policy->supervision = Supervises(profile, plan.network, policy->answer);
  if (plan.namespaces.net && policy->supervision.sockets) {
    // A socket that the supervisor makes belongs to the supervisor's network.
    return Fail("[namespaces] net cannot hold: the application's sockets would be nodeward's here",
                {}, "docker run --cap-add SYS_PTRACE, or leave out [namespaces] net");
  }
  if (plan.namespaces.pid) {
    // Numbers from outside mean nothing in there, or somebody else; nobody outside can be reached.
    policy->guarded = {};
    policy->supervision.signals = false;
  }
  auto compiled = CompileFilter(*policy);
  if (!compiled) return Fail(compiled.error());
  plan.filter.code = std::move(compiled->code);
  plan.filter.supervised = std::move(compiled->supervised);
  plan.filter.listener = policy->answer == DefaultAnswer::kNotify;
  plan.filter.kill = Kills(profile);
  plan.filter.permissive = Permissive(profile);
  plan.filter.flags = 0;
  if (plan.filter.listener) {
    plan.filter.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
    if (host.seccomp.wait_killable) plan.filter.flags |= kernel::kFilterWaitKillable;
  }
  plan.filter.filters_before = host.seccomp.filters;
  return {};
}

Result<void> VerifySeccomp(const LaunchPlan& plan, const Observed& observed) {
  if (observed.seccomp_mode != SECCOMP_MODE_FILTER)
    return Fail("no system call filter is in force");
  // A container's own filter counts too: there must be one more than nodeward has itself.
  if (observed.seccomp_filters >= 0 && observed.seccomp_filters <= plan.filter.filters_before) {
    return Fail("nodeward's system call filter is not in force");
  }
  return {};
}

}  // namespace

const Measure kSeccompMeasure = {
    .name = "seccomp",
    .section = "syscalls",
    .wanted = Always,
    .support = SupportSeccomp,
    .explain = ExplainSeccomp,
    .prepare = PrepareSeccomp,
    .establish = nullptr,
    .apply = ApplySeccomp,
    .verify = VerifySeccomp,
};

}  // namespace nodeward
