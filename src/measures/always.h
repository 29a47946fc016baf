// Answers of measures that every launch has, whatever the profile says and the host can do.
#pragma once

#include "measures/measure.h"

namespace nodeward {

inline bool Always(const Profile&) { return true; }
inline Support AlwaysFull(const Profile&, const HostReport&) { return Full{}; }

}  // namespace nodeward
