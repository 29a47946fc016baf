#include "profile/syscall_groups.h"

#include <algorithm>
#include <array>

namespace nodeward {
namespace {

using Name = std::string_view;

// Sorted at build time, so that the lists below may be grouped by what needs them.
template <std::size_t N>
constexpr std::array<Name, N> Sorted(const Name (&names)[N]) {
  std::array<Name, N> sorted{};
  std::copy_n(names, N, sorted.begin());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

constexpr auto kProbes =
    Sorted({"clone3", "close_range", "epoll_pwait2", "io_uring_enter", "io_uring_register",
            "io_uring_setup", "openat2", "preadv2", "pwritev2"});

constexpr auto kLaunch = Sorted({"close", "execve", "exit", "exit_group", "futex", "read",
                                 "restart_syscall", "rt_sigreturn", "write"});

constexpr auto kDefault = Sorted(
    {// Measured: Node.js 18 to 26 with glibc, and a dozen popular packages.
     "accept4", "access", "arch_prctl", "bind", "brk", "capget", "chdir", "chmod", "chown",
     "clock_gettime", "clock_nanosleep", "clone", "close", "connect", "copy_file_range", "dup",
     "dup3", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "execve",
     "exit", "exit_group", "faccessat", "faccessat2", "fallocate", "fchmod", "fchmodat", "fchown",
     "fchownat", "fcntl", "fdatasync", "flock", "fstat", "fsync", "ftruncate", "futex", "getcpu",
     "getcwd", "getdents64", "getegid", "geteuid", "getgid", "getgroups", "getpeername", "getpid",
     "getpriority", "getrandom", "getrusage", "getsockname", "getsockopt", "gettid", "gettimeofday",
     "getuid", "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "ioctl", "kill", "link",
     "linkat", "listen", "lseek", "lstat", "madvise", "membarrier", "mkdir", "mkdirat", "mmap",
     "mprotect", "mremap", "munmap", "newfstatat", "openat", "pipe2", "poll", "prctl", "pread64",
     "preadv", "prlimit64", "pwrite64", "pwritev", "read", "readlink", "readlinkat", "recvfrom",
     "recvmsg", "rename", "renameat", "renameat2", "restart_syscall", "rmdir", "rseq",
     "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sched_getaffinity",
     "sched_getparam", "sched_getscheduler", "sched_yield", "sendmmsg", "sendmsg", "sendto",
     "set_robust_list", "set_tid_address", "setsockopt", "shutdown", "sigaltstack", "socket",
     "stat", "statfs", "statx", "symlink", "symlinkat", "sysinfo", "tgkill", "time", "umask",
     "uname", "unlink", "unlinkat", "utimensat", "write", "writev",
     // V8 guards its code with memory protection keys where the processor has them, and aborts when
     // one that it was given cannot be used or given back.
     "pkey_alloc", "pkey_free", "pkey_mprotect",
     // stdio pipes and cluster; the parent's number.
     "socketpair", "getppid",
     // fs.readv() without a position.
     "readv",
     // fs.cpSync() from Node.js 22 on: the C++ library copies files with it.
     "sendfile",
     // arm64 has neither poll nor select: its C library calls these instead.
     "ppoll", "pselect6"});

constexpr auto kProcess = Sorted({"dup2", "fadvise64", "fork", "getppid", "pipe", "setsid",
                                  "socketpair", "vfork", "wait4", "waitid"});

constexpr auto kPriority =
    Sorted({"ioprio_get", "ioprio_set", "sched_getattr", "sched_setaffinity", "sched_setattr",
            "sched_setparam", "sched_setscheduler", "setpriority"});

constexpr auto kMemoryLock = Sorted({"mlock", "mlock2", "munlock"});

constexpr auto kProtectionKeys = Sorted({"pkey_alloc", "pkey_free", "pkey_mprotect"});

constexpr auto kXattr =
    Sorted({"fgetxattr", "flistxattr", "fremovexattr", "fsetxattr", "getxattr", "lgetxattr",
            "listxattr", "llistxattr", "lremovexattr", "lsetxattr", "removexattr", "setxattr"});

constexpr auto kIpc =
    Sorted({"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink",
            "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop",
            "shmat", "shmctl", "shmdt", "shmget"});

constexpr auto kIoUring = Sorted({"io_uring_enter", "io_uring_register", "io_uring_setup"});

constexpr auto kIdentity = Sorted({"capset", "setfsgid", "setfsuid", "setgid", "setgroups",
                                   "setregid", "setresgid", "setresuid", "setreuid", "setuid"});

constexpr auto kDebug = Sorted({"kcmp", "perf_event_open", "pidfd_getfd", "process_madvise",
                                "process_vm_readv", "process_vm_writev", "ptrace"});

constexpr auto kNamespace = Sorted({"chroot", "setns", "unshare"});

constexpr auto kMount =
    Sorted({"fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
            "open_tree", "pivot_root", "swapoff", "swapon", "umount2"});

constexpr auto kModule = Sorted(
    {"bpf", "delete_module", "finit_module", "init_module", "kexec_file_load", "kexec_load"});

constexpr auto kClock = Sorted({"adjtimex", "clock_adjtime", "clock_settime", "settimeofday"});

constexpr SyscallGroup kGroups[] = {
    {"default", "what Node.js itself needs: files, sockets, threads, timers", kDefault},
    {"process", "child processes: spawn, fork, wait", kProcess},
    {"priority", "scheduling: os.setPriority(), CPU affinity", kPriority},
    {"memory-lock", "keep memory out of swap: --secure-heap, libsodium", kMemoryLock},
    {"protection-keys", "memory protection keys, on processors that have them", kProtectionKeys},
    {"xattr", "extended attributes of files", kXattr},
    {"ipc", "System V shared memory, semaphores and queues, POSIX queues", kIpc},
    {"io-uring", "io_uring: file and network calls that no filter sees", kIoUring},
    {"identity", "change user, groups and capabilities", kIdentity},
    {"debug", "read and steer other processes", kDebug},
    {"namespace", "enter or create namespaces, change the root folder", kNamespace},
    {"mount", "mount and unmount file systems", kMount},
    {"module", "load code into the kernel: modules, BPF, another kernel", kModule},
    {"clock", "set the machine's clock", kClock},
};

}  // namespace

std::span<const SyscallGroup> SyscallGroups() { return kGroups; }

const SyscallGroup* FindSyscallGroup(std::string_view name) {
  const auto found = std::ranges::find(kGroups, name, &SyscallGroup::name);
  return found == std::end(kGroups) ? nullptr : found;
}

std::span<const Name> OptionalProbes() { return kProbes; }

std::span<const Name> LaunchCalls() { return kLaunch; }

}  // namespace nodeward
