#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

#include "base/result.h"
#include "host/observed.h"
#include "host/probe_parts.h"
#include "host/proc.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

// No architecture has a system call of this number, so the trial's filter concerns nobody.
constexpr std::uint32_t kUnusedNumber = 0x3ffffffe;

// seccomp(2), Linux 4.14: whether filters may answer so.
bool ActionAvailable(std::uint32_t action) noexcept {
  return kernel::Call(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, reinterpret_cast<long>(&action)) ==
         0;
}

// In the child: a filter cannot be taken off again, and one around nodeward may kill whoever asks.
// Raw system calls only, and nothing of the parent's but its own stack.
NotifTrial TryListener() noexcept {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kUnusedNumber, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  NotifTrial trial;
  trial.filter = ActionAvailable(SECCOMP_RET_ERRNO);
  constexpr unsigned kListener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  int listener = kernel::InstallFilter(kListener | kernel::kFilterWaitKillable, &program);
  trial.wait_killable = listener >= 0;
  if (listener == -EINVAL) listener = kernel::InstallFilter(kListener, &program);
  if (listener < 0) {
    trial.listener_errno = -listener;
    return trial;
  }
  trial.sync_wake_up = kernel::Call(SYS_ioctl, listener, static_cast<long>(kernel::kNotifSetFlags),
                                    static_cast<long>(kernel::kNotifSyncWakeUp)) == 0;
  return trial;
}

// In memory that it shares with nodeward: a copy would cost each page that nodeward writes next.
int RunTrial(void* told_to) noexcept {
  const int report = *static_cast<const int*>(told_to);
  NotifTrial trial;
  const int status = kernel::Prctl(PR_SET_NO_NEW_PRIVS, 1);
  if (status < 0) {
    trial.listener_errno = -status;
  } else {
    trial = TryListener();
  }
  const bool told = kernel::Write(report, &trial, sizeof trial) == sizeof trial;
  kernel::Exit(told ? 0 : 1);
}

}  // namespace

std::string ExplainNoNotif(int listener_errno) {
  switch (listener_errno) {
    case 0:
      return {};
    case EBUSY:
      return "another listener (a supervisor, a container runtime with a seccomp agent) already "
             "watches this process, and the kernel allows one";
    case EINVAL:
      return "this kernel does not know it (Linux 5.0)";
    case ENOSYS:
    case EPERM:
    case EACCES:
      return "seccomp(2) is refused here: " + DescribeErrno(listener_errno);
    case ECANCELED:
      return "the trial was killed: a filter around nodeward forbids seccomp(2)";
    default:
      return "a filter with a listener could not be tried: " + DescribeErrno(listener_errno);
  }
}

SeccompTrial::SeccompTrial() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) {
    start_errno_ = errno;
    return;
  }
  report_.reset(ends[0]);
  const UniqueFd child_end(ends[1]);
  told_to_ = ends[1];
  // A process, though in the same memory: the filter is its own. No SIGCHLD: nobody shall notice.
  child_ = ::clone(RunTrial, stack_.data() + stack_.size(), CLONE_VM, &told_to_);
  if (child_ < 0) start_errno_ = errno;
}

SeccompTrial::~SeccompTrial() { Reap(); }

void SeccompTrial::Reap() {
  if (child_ <= 0) return;
  while (::waitpid(child_, nullptr, __WALL) < 0 && errno == EINTR) continue;
  child_ = -1;
}

NotifTrial SeccompTrial::Receive() {
  if (start_errno_ != 0) return {.listener_errno = start_errno_};
  NotifTrial trial;
  const bool answered = kernel::Read(report_.get(), &trial, sizeof trial) == sizeof trial;
  Reap();
  if (!answered) return {.listener_errno = ECANCELED};
  return trial;
}

SeccompReport SeccompTrial::Finish(std::string_view status) {
  SeccompReport report;
  if (Observed self; ParseStatus(status, &self)) {
    report.mode = self.seccomp_mode;
    report.filters = self.seccomp_filters;
  }
  const NotifTrial trial = Receive();
  report.filter = trial.filter;
  report.user_notif = trial.listener_errno == 0;
  report.wait_killable = trial.wait_killable;
  report.sync_wake_up = trial.sync_wake_up;
  report.why_no_notif = ExplainNoNotif(trial.listener_errno);
  return report;
}

}  // namespace nodeward
