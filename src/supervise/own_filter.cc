#include "supervise/own_filter.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

#include "kernel/architecture.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

constexpr int kClone3 = 435;
constexpr int kLandlockCreate = 444;  // and 445, 446: a launch's ruleset, and threads that enter it

// By what they are for.
constexpr int kAllowed[] = {
    // answering, and the loop around it
    SYS_ioctl,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_ppoll,
    SYS_eventfd2,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_signalfd4,
    SYS_pipe2,
    SYS_futex,
    SYS_restart_syscall,
    // reading and writing
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_preadv,
    SYS_pwritev,
    SYS_pwritev2,
    SYS_lseek,
    SYS_close,
    SYS_dup,
    SYS_dup3,
    SYS_fcntl,
    SYS_fsync,
    SYS_fdatasync,
    SYS_ftruncate,
    SYS_splice,
    // files: /proc, control groups, the vault, event files
    SYS_openat,
    SYS_openat2,
    SYS_readlinkat,
    SYS_newfstatat,
    SYS_statx,
    SYS_fstat,
    SYS_fstatfs,
    SYS_statfs,
    SYS_getdents64,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_mkdirat,
    SYS_unlinkat,
    SYS_getcwd,
    SYS_fgetxattr,
    SYS_memfd_create,
    // in the application's place
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_fchownat,
    SYS_utimensat,
    SYS_inotify_init1,
    SYS_inotify_add_watch,
    SYS_fchdir,
    SYS_chroot,
    SYS_umask,
    SYS_unshare,
    SYS_setgroups,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_capget,
    SYS_capset,
    SYS_prctl,
    // sockets
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_shutdown,
    SYS_getsockname,
    SYS_getpeername,
    SYS_getsockopt,
    SYS_setsockopt,
    // processes: the keeper, the application's tree
    SYS_process_vm_readv,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_kill,
    SYS_tgkill,
    SYS_wait4,
    SYS_waitid,
    SYS_getpgid,
    SYS_getsid,
    SYS_getpid,
    SYS_getppid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getgroups,
    SYS_getresuid,
    SYS_getresgid,
    SYS_prlimit64,
    SYS_getrusage,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_setpgid,
    // memory, threads, signals, time
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_mlock,
    SYS_munlock,
    SYS_mlock2,
    SYS_brk,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigpending,
    SYS_sigaltstack,
    SYS_rt_sigtimedwait,
    SYS_rt_tgsigqueueinfo,
    SYS_exit,
    SYS_exit_group,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_getrandom,
    SYS_sysinfo,
    SYS_uname,
    SYS_gettimeofday,
    SYS_membarrier,
    SYS_getcpu,
    // landlock(7)
    kLandlockCreate,
    kLandlockCreate + 1,
    kLandlockCreate + 2,
    // seccomp(2): the sizes of a notification
    SYS_seccomp,
#if defined(__x86_64__)
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_poll,
    SYS_epoll_wait,
    SYS_mkdir,
    SYS_rmdir,
    SYS_unlink,
    SYS_chmod,
    SYS_dup2,
    SYS_pipe,
    SYS_getpgrp,
    SYS_time,
    SYS_arch_prctl,
#endif
};

sock_filter Load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
sock_filter Return(std::uint32_t value) { return {BPF_RET | BPF_K, 0, 0, value}; }

// What follows, where the call has this number.
void Case(std::vector<sock_filter>& code, int number, const std::vector<sock_filter>& answer) {
  code.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<std::uint8_t>(answer.size()),
                  static_cast<std::uint32_t>(number)});
  code.insert(code.end(), answer.begin(), answer.end());
}

}  // namespace

std::vector<sock_filter> OwnFilter() {
  constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
  std::vector<sock_filter> code = {
      Load(offsetof(seccomp_data, arch)),
      {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, kernel::kAuditArch},
      Return(SECCOMP_RET_KILL_PROCESS),
      Load(offsetof(seccomp_data, nr)),
  };
  if (kernel::kForeignNumbers) {
    code.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, *kernel::kForeignNumbers});
    code.push_back(Return(SECCOMP_RET_KILL_PROCESS));
  }
  // Little-endian: the flags are the low word of the first argument.
  Case(code, SYS_clone,
       {Load(offsetof(seccomp_data, args)),
        {BPF_JMP | BPF_JSET | BPF_K, 0, 1, CLONE_THREAD},
        Return(SECCOMP_RET_ALLOW),
        Return(kRefuse)});
  Case(code, kClone3, {Return(SECCOMP_RET_ERRNO | ENOSYS)});
  for (const int number : kAllowed) Case(code, number, {Return(SECCOMP_RET_ALLOW)});
  code.push_back(Return(kRefuse));
  return code;
}

Result<void> EnterOwnFilter() {
  std::vector<sock_filter> code = OwnFilter();
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  kernel::Prctl(PR_SET_NO_NEW_PRIVS, 1);
  const int status = kernel::InstallFilter(SECCOMP_FILTER_FLAG_TSYNC, &program);
  // seccomp(2): a thread that could not follow is answered by its number.
  if (status == 0) return {};
  return Fail("nodeward cannot confine itself: its own system call filter: " +
              DescribeErrno(status < 0 ? -status : ESRCH));
}

}  // namespace nodeward
