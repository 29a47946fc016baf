#include <errno.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/syscall.h>

#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {
namespace {

constexpr std::uint64_t kSetPcap = std::uint64_t{1} << CAP_SETPCAP;

// capabilities(7): no root by uid, no ambient beyond what is raised below, and all of it locked.
constexpr unsigned long kLockedBits =
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
    SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

int RaiseAmbient(std::uint64_t keep) noexcept {
  for (unsigned cap = 0; cap < 64; ++cap) {
    if (((keep >> cap) & 1) == 0) continue;
    if (const int status = kernel::Prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap)) return -status;
  }
  return 0;
}

}  // namespace

int ApplyBounding(const ChildProgram& program) noexcept {
  for (unsigned cap = 0; cap < 64; ++cap) {
    if (((program.capabilities.drop_bounding >> cap) & 1) == 0) continue;
    if (const int status = kernel::Prctl(PR_CAPBSET_DROP, cap)) return -status;
  }
  if (!program.identity.change) return 0;
  return -kernel::Prctl(PR_SET_KEEPCAPS, 1);
}

int ApplyCapabilities(const ChildProgram& program) noexcept {
  const ChildCapabilities& plan = program.capabilities;
  if (const int status = kernel::Prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)) return -status;
  if (plan.lock_securebits) {
    // Setting securebits wants CAP_SETPCAP in the effective set, which setresuid has emptied.
    const std::uint64_t during = plan.keep | kSetPcap;
    if (const int status = kernel::CapSet({during, during, plan.keep})) return -status;
    if (const int error = RaiseAmbient(plan.keep)) return error;
    if (const int status = kernel::Prctl(PR_SET_SECUREBITS, kLockedBits)) return -status;
    return -kernel::CapSet({plan.keep, plan.keep, plan.keep});
  }
  if (const int status = kernel::CapSet({plan.keep, plan.keep, plan.keep})) return -status;
  return RaiseAmbient(plan.keep);
}

int ApplyParentDeath(const ChildProgram& program) noexcept {
  if (const int status = kernel::Prctl(PR_SET_PDEATHSIG, SIGKILL)) return -status;
  // A parent that ended before the line above sends nothing: then nobody watches, and nothing
  // starts. Inside a PID namespace every parent outside is 0; there the gate tells, which a keeper
  // that has ended never opens.
  if (program.namespaces.pid) return 0;
  return kernel::Call(SYS_getppid) == program.keeper ? 0 : ESRCH;
}

int ApplyNoNewPrivs(const ChildProgram&) noexcept { return -kernel::Prctl(PR_SET_NO_NEW_PRIVS, 1); }

}  // namespace nodeward
