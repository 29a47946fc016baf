// bounding, parent_death and no_new_privs: measures that every launch has, whatever the profile
// says.
#include <linux/capability.h>
#include <signal.h>

#include "measures/always.h"
#include "measures/capabilities.h"
#include "measures/child_applies.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

Result<void> NothingToPrepare(const Profile&, const HostReport&, LaunchPlan&) { return {}; }

std::uint64_t EveryCapability(const HostReport& host) {
  return (std::uint64_t{2} << host.last_capability) - 1;
}

Explanation ExplainBounding(const Profile&, const HostReport& host) {
  if (host.Has(CAP_SETPCAP)) return {"the bounding set is emptied, but for the kept ones", {}};
  return {"the bounding set stays: nodeward was started without CAP_SETPCAP",
          {"no_new_privs takes its meaning away: no program can gain from it"}};
}

Result<void> PrepareBounding(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  const auto keep = KeepMask(profile);
  if (!keep) return Fail(keep.error());
  // Inside a user namespace of its own the child holds everything anew, and drops it all.
  const std::uint64_t held = plan.namespaces.user ? EveryCapability(host) : host.cap_bounding;
  const bool may = plan.namespaces.user || host.Has(CAP_SETPCAP);
  plan.capabilities.drop_bounding = may ? held & ~*keep : 0;
  return {};
}

Result<void> VerifyBounding(const LaunchPlan& plan, const Observed& observed) {
  if ((observed.cap_bounding & plan.capabilities.drop_bounding) == 0) return {};
  return Fail("its capability bounding set is not empty");
}

// kill(2), and PR_SET_PDEATHSIG with the rights of the parent that died, between two users.
Support SupportParentDeath(const Profile& profile, const HostReport& host) {
  const bool changes = host.Has(CAP_SETUID) && (host.uid == 0 || profile.process.user);
  if (!changes || host.Has(CAP_KILL)) return Full{};
  return Partial{
      "without CAP_KILL nodeward could neither stop nor end an application of another user",
      "docker run --cap-add KILL"};
}

Explanation ExplainParentDeath(const Profile&, const HostReport&) {
  return {"the application's tree ends within a second of nodeward, however nodeward ends",
          {"a keeper process, subreaper of the tree; PR_SET_PDEATHSIG besides"}};
}

Result<void> VerifyParentDeath(const LaunchPlan& plan, const Observed& observed) {
  if (observed.parent_death_signal != SIGKILL) return Fail("it would outlive its keeper");
  if (observed.parent != plan.guarded.keeper) return Fail("it is not the keeper's child");
  return {};
}

Explanation ExplainNoNewPrivs(const Profile&, const HostReport&) {
  return {"no program can gain privileges by being executed (setuid, file capabilities)", {}};
}

Result<void> VerifyNoNewPrivs(const LaunchPlan&, const Observed& observed) {
  if (observed.no_new_privs) return {};
  return Fail("no_new_privs is not set");
}

}  // namespace

const Measure kBoundingMeasure = {
    .name = "bounding",
    .section = "capabilities",
    .wanted = Always,
    .support = AlwaysFull,
    .explain = ExplainBounding,
    .prepare = PrepareBounding,
    .establish = nullptr,
    .apply = ApplyBounding,
    .verify = VerifyBounding,
};

const Measure kParentDeathMeasure = {
    .name = "parent_death",
    .section = "",
    .wanted = Always,
    .support = SupportParentDeath,
    .explain = ExplainParentDeath,
    .prepare = NothingToPrepare,
    .establish = nullptr,
    .apply = ApplyParentDeath,
    .verify = VerifyParentDeath,
};

const Measure kNoNewPrivsMeasure = {
    .name = "no_new_privs",
    .section = "",
    .wanted = Always,
    .support = AlwaysFull,
    .explain = ExplainNoNewPrivs,
    .prepare = NothingToPrepare,
    .establish = nullptr,
    .apply = ApplyNoNewPrivs,
    .verify = VerifyNoNewPrivs,
};

}  // namespace nodeward
