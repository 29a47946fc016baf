#include "kernel/landlock.h"

#include <errno.h>

#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {

int ApplyLandlock(const ChildProgram& program) noexcept {
  if (program.landlock.ruleset < 0) return EBADF;
  return -kernel::LandlockRestrict(program.landlock.ruleset, program.landlock.flags);
}

}  // namespace nodeward
