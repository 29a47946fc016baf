#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {
namespace {

using kernel::Call;

int Change(const ChildIdentity& identity) noexcept {
  if (identity.set_groups) {
    if (const int status = kernel::SetGroups(identity.group_count, identity.groups)) return -status;
  }
  if (const int status = kernel::SetResGid(identity.gid, identity.gid, identity.gid))
    return -status;
  if (const int status = kernel::SetResUid(identity.uid, identity.uid, identity.uid))
    return -status;
  // Leaving uid 0 empties the effective set; leaving another uid that has CAP_SETUID does not.
  kernel::CapabilitySets sets;
  if (const int status = kernel::CapGet(&sets)) return -status;
  sets.effective = 0;
  if (const int status = kernel::CapSet(sets)) return -status;
  // So each way back must fail now; that it still fails with the final sets is the kernel's rule
  // for a process without CAP_SETUID, which is never kept.
  if (kernel::SetResUid(0, 0, 0) == 0 || kernel::SetResGid(0, 0, 0) == 0) return EBADE;
  return 0;
}

int EnterWorkdir(const char* path) noexcept {
  if (path == nullptr) return 0;
  if (const long status = Call(SYS_chdir, reinterpret_cast<long>(path))) {
    return static_cast<int>(-status);
  }
  // runc CVE-2024-21626: after a chdir through a leaked descriptor getcwd(2) starts with "(".
  char where[4096];
  const long length =
      Call(SYS_getcwd, reinterpret_cast<long>(where), static_cast<long>(sizeof(where)));
  if (length < 0) return static_cast<int>(-length);
  return where[0] == '/' ? 0 : EXDEV;
}

}  // namespace

int ApplyIdentity(const ChildProgram& program) noexcept {
  const ChildIdentity& identity = program.identity;
  if (identity.change) {
    if (const int error = Change(identity)) return error;
  }
  Call(SYS_umask, static_cast<long>(identity.umask));
  // As the application's user: what it cannot enter is no working directory for it.
  return EnterWorkdir(identity.workdir);
}

}  // namespace nodeward
