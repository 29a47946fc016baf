#include <fcntl.h>

#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {

int ApplyCgroup(const ChildProgram& program) noexcept {
  for (std::uint32_t i = 0; i < program.cgroup_count; ++i) {
    const int fd = kernel::Open(program.cgroup_procs[i], O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return -fd;
    // "0" is the writer itself (cgroups(7)): right in whatever pid namespace this is.
    const ssize_t written = kernel::Write(fd, "0", 1);
    kernel::Close(fd);
    if (written < 0) return static_cast<int>(-written);
  }
  return 0;
}

}  // namespace nodeward
