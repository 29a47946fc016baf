#include "measures/capabilities.h"

#include <cap-ng.h>
#include <linux/capability.h>
#include <linux/securebits.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "measures/always.h"
#include "measures/child_applies.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

// capabilities(7): with one of these a process becomes root, or acts on everything as if it were.
constexpr std::array<unsigned, 17> kUndoing = {
    CAP_SETUID,     CAP_SETGID,       CAP_SETPCAP,    CAP_SETFCAP,      CAP_SYS_ADMIN,
    CAP_SYS_MODULE, CAP_SYS_RAWIO,    CAP_SYS_PTRACE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH,
    CAP_BPF,        CAP_SYS_BOOT,     CAP_MKNOD,      CAP_CHOWN,        CAP_FOWNER,
    CAP_MAC_ADMIN,  CAP_MAC_OVERRIDE,
};

std::uint64_t Bit(unsigned capability) { return std::uint64_t{1} << capability; }

Support SupportCapabilities(const Profile& profile, const HostReport& host) {
  const auto keep = KeepMask(profile);
  if (!keep) return Full{};  // prepare() refuses it whatever the host
  const std::uint64_t lacking = *keep & ~host.cap_permitted;
  if (lacking == 0) return Full{};
  const std::string names = JoinWords(CapabilityNames(lacking));
  return Unavailable{"nodeward does not have the capability to keep: " + names,
                     "docker run --cap-add " + names + ", or AmbientCapabilities= in the unit"};
}

Explanation ExplainCapabilities(const Profile& profile, const HostReport& host) {
  const auto keep = KeepMask(profile);
  if (!keep) return {keep.error().what, {}};
  Explanation explanation;
  explanation.what =
      *keep == 0 ? "no capability in any set" : "keeps only " + JoinWords(CapabilityNames(*keep));
  explanation.lines.push_back(host.Has(CAP_SETPCAP)
                                  ? "securebits locked: a uid of 0 would give no capability"
                                  : "securebits stay: without CAP_SETPCAP; empty sets and "
                                    "no_new_privs keep the same promise");
  return explanation;
}

Result<void> PrepareCapabilities(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  auto keep = KeepMask(profile);
  if (!keep) return Fail(keep.error());
  plan.capabilities.keep = *keep & host.cap_permitted;
  plan.capabilities.lock_securebits = host.Has(CAP_SETPCAP) || plan.namespaces.user;
  return {};
}

Result<void> VerifyCapabilities(const LaunchPlan& plan, const Observed& observed) {
  const std::uint64_t keep = plan.capabilities.keep;
  if (observed.cap_permitted != keep) return Fail("its permitted capabilities are not the planned");
  if (observed.cap_effective != keep) return Fail("its effective capabilities are not the planned");
  if (observed.cap_inheritable != keep) return Fail("its inheritable capabilities are not planned");
  if (observed.cap_ambient != keep)
    return Fail("its ambient capabilities are not the planned ones");
  constexpr int kLocked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
  if (plan.capabilities.lock_securebits && (observed.securebits & kLocked) != kLocked) {
    return Fail("its securebits are not locked");
  }
  return {};
}

}  // namespace

Result<std::uint64_t> KeepMask(const Profile& profile) {
  std::uint64_t mask = 0;
  for (const Text& name : profile.capabilities.keep.value_or(std::vector<Text>{})) {
    const int number = capng_name_to_capability(name.value.c_str());
    if (number < 0) return Fail("there is no capability \"" + name.value + "\"", name.where.Text());
    const auto capability = static_cast<unsigned>(number);
    if (std::count(kUndoing.begin(), kUndoing.end(), capability) > 0) {
      return Fail("the capability " + name.value + " would undo the other measures",
                  name.where.Text(), "run what needs it outside nodeward");
    }
    mask |= Bit(capability);
  }
  return mask;
}

std::vector<std::string> CapabilityNames(std::uint64_t mask) {
  std::vector<std::string> names;
  for (unsigned capability = 0; capability < 64; ++capability) {
    if ((mask & Bit(capability)) == 0) continue;
    const char* name = capng_capability_to_name(capability);
    names.push_back(name != nullptr ? name : "capability " + std::to_string(capability));
  }
  return names;
}

const Measure kCapabilitiesMeasure = {
    .name = "capabilities",
    .section = "capabilities",
    .wanted = Always,
    .support = SupportCapabilities,
    .explain = ExplainCapabilities,
    .prepare = PrepareCapabilities,
    .establish = nullptr,
    .apply = ApplyCapabilities,
    .verify = VerifyCapabilities,
};

}  // namespace nodeward
