// The trial does what a launch would do, in a child that ends at once: no sysctl, security module
// or filter around nodeward has to be known by name.
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"
#include "host/report.h"
#include "kernel/namespaces.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

constexpr unsigned long kInert = MS_NOSUID | MS_NODEV | MS_NOEXEC;

int TryMounts() noexcept {
  if (const int status = kernel::MakeMountsPrivate()) return -status;
  if (const int status = kernel::MountNew("tmpfs", "/tmp", kInert, "size=4k")) return -status;
  const int place = kernel::OpenPlace("/dev");
  if (place < 0) return -place;
  const int copy = kernel::CopyMounts(place);
  if (copy < 0) return -copy;
  if (const int status = kernel::RestrictAllMounts(kernel::kMountReadOnly)) return -status;
  return -kernel::AttachMounts(copy, place);
}

// Only a process inside the new PID namespace can mount its /proc.
int TryProc() noexcept {
  const pid_t pid = kernel::Clone(SIGCHLD);
  if (pid < 0) return -pid;
  if (pid == 0) kernel::Exit(-kernel::MountNew("proc", "/proc", kInert, "hidepid=2"));
  int status = 0;
  const long waited = kernel::Call(SYS_wait4, pid, reinterpret_cast<long>(&status), __WALL);
  return waited == pid && WIFEXITED(status) ? WEXITSTATUS(status) : ECANCELED;
}

// Raw system calls only: the memory is a copy of the parent's.
NamespaceReport Try(bool in_user, const kernel::OwnIds& ids) noexcept {
  NamespaceReport report;
  report.tried = true;
  report.in_user = in_user;
  if (in_user) {
    report.user = -kernel::EnterUserNamespace(ids);
    if (report.user != 0) return report;
  }
  constexpr long kOthers = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
  report.others = static_cast<int>(-kernel::Call(SYS_unshare, kOthers));
  if (report.others == 0) report.others = -kernel::RaiseLoopback();
  if (report.others != 0) return report;
  report.mounts = TryMounts();
  report.proc = TryProc();
  return report;
}

}  // namespace

NamespaceReport ProbeNamespaces(const HostReport& host) {
  const kernel::OwnIds ids = {kernel::OwnIdLine(host.uid), kernel::OwnIdLine(host.gid)};
  NamespaceReport failed;
  failed.tried = true;
  failed.others = ECANCELED;  // a filter around nodeward killed the trial, or there is no process
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return failed;
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  const pid_t child = kernel::Clone(0);  // no SIGCHLD: nobody else shall notice it
  if (child < 0) return failed;
  if (child == 0) {
    kernel::Prctl(PR_SET_DUMPABLE, 0);
    const NamespaceReport report = Try(!host.Has(CAP_SYS_ADMIN), ids);
    kernel::Exit(kernel::Write(to.get(), &report, sizeof report) == sizeof report ? 0 : 1);
  }
  to.reset();
  NamespaceReport report;
  const bool told = kernel::Read(from.get(), &report, sizeof report) == sizeof report;
  while (::waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) continue;
  return told ? report : failed;
}

}  // namespace nodeward
