// [namespaces]: what of the machine the application has for itself. Asked by cli/, which probes the
// host for it only where a profile wants one.
#pragma once

#include "profile/profile.h"

namespace nodeward {

// Whether the profile asks for a namespace, and for more than telling about it.
bool WantsNamespaces(const Profile& profile);

}  // namespace nodeward
