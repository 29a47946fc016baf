#include "judge/application_thread.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include "kernel/landlock.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

constexpr uid_t kKeepId = static_cast<uid_t>(-1);

// A thread shares its working directory and umask with the others until it says otherwise. Docker's
// own filter refuses it that (unshare(2), any flag, without CAP_SYS_ADMIN), so only who needs it
// asks.
int TakePlace(const Stance& standing) {
  if (standing.root < 0 && standing.folder < 0) return 0;
  if (unshare(CLONE_FS) != 0) return errno == EPERM ? kNoPlace : errno;
  if (standing.root >= 0 && (fchdir(standing.root) != 0 || chroot(".") != 0)) return errno;
  if (standing.folder >= 0 && fchdir(standing.folder) != 0) return errno;
  umask(standing.umask);
  return 0;
}

// Ids of another user empty the effective set, those of the same one do not; and what the
// application keeps, it has.
int TakeCapabilities(std::uint64_t wanted) {
  kernel::CapabilitySets sets;
  if (const int status = kernel::CapGet(&sets)) return -status;
  if (sets.effective == (sets.permitted & wanted)) return 0;
  sets.effective = sets.permitted & wanted;
  return -kernel::CapSet(sets);
}

}  // namespace

int StandAs(const Stance& standing) {
  if (const int error = TakePlace(standing)) return error;
  if (!standing.same_user) {
    const PlannedIdentity& who = *standing.identity;
    if (const int status = kernel::SetGroups(who.groups.size(), who.groups.data())) return -status;
    if (const int status = kernel::SetResGid(kKeepId, who.gid, kKeepId)) return -status;
    if (const int status = kernel::SetResUid(kKeepId, who.uid, kKeepId)) return -status;
    kernel::Prctl(PR_SET_DUMPABLE, 0);  // a change of ids resets it to fs.suid_dumpable
  }
  if (const int error = TakeCapabilities(standing.capabilities)) return error;
  if (standing.ruleset < 0) return 0;
  kernel::Prctl(PR_SET_NO_NEW_PRIVS, 1);
  return -kernel::LandlockRestrict(standing.ruleset, 0);
}

int RunStanding(const Stance& standing, const std::function<void()>& work) {
  int error = 0;
  try {
    std::thread([&] {
      error = StandAs(standing);
      if (error == 0) work();
    }).join();
  } catch (const std::system_error&) {  // the application may have taken all that there are
    return EAGAIN;
  }
  return error == 0 || error == kNoPlace ? error : EACCES;
}

}  // namespace nodeward
