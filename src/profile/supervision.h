// Which keys of [supervise] contradict each other, or others: what one key alone cannot tell. Pure.
#pragma once

#include <string>
#include <vector>

#include "profile/profile.h"

namespace nodeward {

struct ProfileConflict {
  Where where;
  std::string what;
  std::string hint;
};

std::vector<ProfileConflict> SupervisionConflicts(const Profile& profile);

}  // namespace nodeward
