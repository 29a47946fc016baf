// The table. Its order is the order of application in the child, and each place has a reason.
#include <array>

#include "measures/rows.h"

namespace nodeward {

std::span<const Measure> Measures() {
  static const std::array<Measure, 15> kTable = {
      kSessionMeasure,       // before anything can fail with a terminal in hand
      kCgroupMeasure,        // joining needs privilege
      kNamespacesMeasure,    // wants CAP_SYS_ADMIN; cgroups are joined by their outer paths
      kLimitsMeasure,        // raising a hard limit needs CAP_SYS_RESOURCE
      kBoundingMeasure,      // needs CAP_SETPCAP, so before the user changes
      kIdentityMeasure,      // the last step that may need root
      kCapabilitiesMeasure,  // after setresuid: it empties the effective set
      kParentDeathMeasure,   // a change of credentials clears it, so never earlier
      kNoNewPrivsMeasure,    // the filter below wants it
      kEnvironmentMeasure,   // handed to execve
      kNetworkMeasure,       // asks for calls that the filter passes on
      kLandlockMeasure,      // wants no_new_privs; nothing is opened by name any more
      kDescriptorsMeasure,   // whatever was opened above goes too
      kDeliveryMeasure,      // files that stay open: after all others were marked
      kSeccompMeasure,       // last: it refuses what the others need
  };
  return kTable;
}

Enforcement EnforcementFor(const Profile& profile, std::string_view section) {
  const Setting<Enforcement>* own = nullptr;
  if (section == "process") own = &profile.process.enforcement;
  if (section == "capabilities") own = &profile.capabilities.enforcement;
  if (section == "syscalls") own = &profile.syscalls.enforcement;
  if (section == "filesystem") own = &profile.filesystem.enforcement;
  if (section == "network") own = &profile.network.enforcement;
  if (section == "node") own = &profile.node.enforcement;
  if (section == "namespaces") own = &profile.namespaces.enforcement;
  if (section == "secrets") own = &profile.secrets.enforcement;
  if (section == "limits") own = &profile.limits.enforcement;
  if (own != nullptr && *own) return (*own)->value;
  return profile.enforcement ? profile.enforcement->value : Enforcement::kStrict;
}

}  // namespace nodeward
