// The network: who the application may reach and where it may listen. Decided by the supervisor,
// call by call (judge/socket_judge.h); the filter passes the calls on, and Landlock keeps the
// application from TCP of its own.
#include <linux/capability.h>

#include "measures/rows.h"

namespace nodeward {
namespace {

bool Permissive(const Profile& profile) {
  return EnforcementFor(profile, "network") == Enforcement::kPermissive;
}

// "Absent" is a rule, too: loopback and private networks.
bool WantsNetwork(const Profile&) { return true; }

Support SupportNetwork(const Profile&, const HostReport& host) {
  if (host.seccomp.filter && host.seccomp.user_notif) return Full{};
  return Unavailable{"nobody can decide about connections: " +
                         (host.seccomp.filter ? host.seccomp.why_no_notif : "no seccomp filters"),
                     "[network] enforcement = \"best-effort\""};
}

// Where sockets cannot be fetched, one that was passed from process to process is unknown to the
// supervisor, and so is a message that carries one: it can only be let through as it is. A thread
// that changes such a message at the right moment can have a datagram sent elsewhere, so it is
// asked for.
constexpr const char* kHandlesLine =
    "sockets are passed between processes: where they cannot be fetched (no CAP_SYS_PTRACE), a "
    "datagram's address can be changed after the check";

// pidfd_getfd(2) asks for the right to trace: a capability, or the same user and no Yama in
// between.
bool Fetches(const HostReport& host, bool other_user) {
  constexpr int kDescendantsOnly = 1;
  if (!host.pidfd_getfd) return false;
  if (host.Has(CAP_SYS_PTRACE)) return true;
  return !other_user && host.yama_scope <= kDescendantsOnly;
}

std::string_view PortOf(const LaunchPlan& plan) {
  for (const PlannedVariable& variable : plan.environment) {
    if (variable.name == "PORT") return variable.text;
  }
  return {};
}

Explanation ExplainNetwork(const Profile& profile, const HostReport& host) {
  Explanation explanation;
  explanation.what = Permissive(profile)
                         ? "tells what it connects to, and lets it through (permissive)"
                         : "reaches the addresses that are listed, and no others";
  const auto policy = NetworkPolicy::Compile(profile.network, {});
  if (!policy) return {policy.error().what, {}};
  explanation.lines = policy->Lines();
  explanation.lines.push_back(
      "the supervisor performs connect, bind, listen and what is sent to an address, on a copy");
  // The application of a supervisor that is root is another user.
  if (!Fetches(host, host.uid == 0)) {
    explanation.lines.emplace_back(
        "and makes the sockets, since it cannot fetch the application's (pidfd_getfd)");
  }
  if (host.landlock_abi >= 4) {
    explanation.lines.push_back("TCP connections of its own are refused by Landlock besides");
  }
  if (profile.network.handles && profile.network.handles->value && !host.Has(CAP_SYS_PTRACE)) {
    explanation.lines.emplace_back(kHandlesLine);
  }
  explanation.lines.push_back(policy->dns_open()
                                  ? "questions to name servers are not looked at: names carry data"
                                  : "questions to name servers: listed and private names only");
  return explanation;
}

Result<void> PrepareNetwork(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  auto policy = NetworkPolicy::Compile(profile.network, PortOf(plan));
  if (!policy) return Fail(policy.error());
  plan.network.wanted = true;
  plan.network.permissive = Permissive(profile);
  plan.network.handles = profile.network.handles && profile.network.handles->value;
  plan.network.fetches = Fetches(host, plan.identity.change);
  plan.network.policy = std::move(*policy);
  plan.network.policy.AllowOwnSocket(plan.service.notify_socket);
  return {};
}

// In the filter's hands: that it is in force is what `seccomp` verifies.
Result<void> VerifyNetwork(const LaunchPlan& plan, const Observed&) {
  if (plan.filter.listener) return {};
  return Fail("nobody is asked about connections");
}

}  // namespace

const Measure kNetworkMeasure = {
    .name = "network",
    .section = "network",
    .wanted = WantsNetwork,
    .support = SupportNetwork,
    .explain = ExplainNetwork,
    .prepare = PrepareNetwork,
    .establish = nullptr,
    .apply = nullptr,
    .verify = VerifyNetwork,
};

}  // namespace nodeward
