// Named values: processes, signals, namespaces, keys, the kernel's own administration.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/module.h>
#include <linux/prctl.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <time.h>

#include "decode/values.h"

namespace nodeward {
namespace {

#define V(name) \
  NamedValue { static_cast<std::uint32_t>(name), #name }

constexpr std::uint32_t kWhole = 0xffffffff;

constexpr NamedValue kSignalNumbers[] = {
    V(SIGHUP),  V(SIGINT),    V(SIGQUIT), V(SIGILL),  V(SIGTRAP),   V(SIGABRT), V(SIGBUS),
    V(SIGFPE),  V(SIGKILL),   V(SIGUSR1), V(SIGSEGV), V(SIGUSR2),   V(SIGPIPE), V(SIGALRM),
    V(SIGTERM), V(SIGSTKFLT), V(SIGCHLD), V(SIGCONT), V(SIGSTOP),   V(SIGTSTP), V(SIGTTIN),
    V(SIGTTOU), V(SIGURG),    V(SIGXCPU), V(SIGXFSZ), V(SIGVTALRM), V(SIGPROF), V(SIGWINCH),
    V(SIGIO),   V(SIGPWR),    V(SIGSYS)};

constexpr NamedValue kClone[] = {
    V(CLONE_NEWUSER),  V(CLONE_NEWNS),    V(CLONE_NEWPID),        V(CLONE_NEWNET),
    V(CLONE_NEWIPC),   V(CLONE_NEWUTS),   V(CLONE_NEWCGROUP),     V(CLONE_VM),
    V(CLONE_FS),       V(CLONE_FILES),    V(CLONE_SIGHAND),       V(CLONE_PIDFD),
    V(CLONE_PTRACE),   V(CLONE_VFORK),    V(CLONE_PARENT),        V(CLONE_THREAD),
    V(CLONE_SYSVSEM),  V(CLONE_SETTLS),   V(CLONE_PARENT_SETTID), V(CLONE_CHILD_CLEARTID),
    V(CLONE_DETACHED), V(CLONE_UNTRACED), V(CLONE_CHILD_SETTID),  V(CLONE_IO)};
// CLONE_NEWTIME lies in the byte that clone(2) uses for the signal, so only unshare and setns have
// it.
constexpr NamedValue kUnshare[] = {
    V(CLONE_NEWUSER), V(CLONE_NEWNS),     V(CLONE_NEWPID),  V(CLONE_NEWNET), V(CLONE_NEWIPC),
    V(CLONE_NEWUTS),  V(CLONE_NEWCGROUP), V(CLONE_NEWTIME), V(CLONE_VM),     V(CLONE_FS),
    V(CLONE_FILES),   V(CLONE_SIGHAND),   V(CLONE_THREAD),  V(CLONE_SYSVSEM)};

constexpr NamedValue kPrctl[] = {V(PR_SET_PDEATHSIG),
                                 V(PR_GET_PDEATHSIG),
                                 V(PR_GET_DUMPABLE),
                                 V(PR_SET_DUMPABLE),
                                 V(PR_GET_UNALIGN),
                                 V(PR_SET_UNALIGN),
                                 V(PR_GET_KEEPCAPS),
                                 V(PR_SET_KEEPCAPS),
                                 V(PR_GET_FPEMU),
                                 V(PR_SET_FPEMU),
                                 V(PR_GET_FPEXC),
                                 V(PR_SET_FPEXC),
                                 V(PR_GET_TIMING),
                                 V(PR_SET_TIMING),
                                 V(PR_SET_NAME),
                                 V(PR_GET_NAME),
                                 V(PR_GET_ENDIAN),
                                 V(PR_SET_ENDIAN),
                                 V(PR_GET_SECCOMP),
                                 V(PR_SET_SECCOMP),
                                 V(PR_CAPBSET_READ),
                                 V(PR_CAPBSET_DROP),
                                 V(PR_GET_TSC),
                                 V(PR_SET_TSC),
                                 V(PR_GET_SECUREBITS),
                                 V(PR_SET_SECUREBITS),
                                 V(PR_SET_TIMERSLACK),
                                 V(PR_GET_TIMERSLACK),
                                 V(PR_TASK_PERF_EVENTS_DISABLE),
                                 V(PR_TASK_PERF_EVENTS_ENABLE),
                                 V(PR_MCE_KILL),
                                 V(PR_MCE_KILL_GET),
                                 V(PR_SET_MM),
                                 V(PR_SET_PTRACER),
                                 V(PR_SET_CHILD_SUBREAPER),
                                 V(PR_GET_CHILD_SUBREAPER),
                                 V(PR_SET_NO_NEW_PRIVS),
                                 V(PR_GET_NO_NEW_PRIVS),
                                 V(PR_GET_TID_ADDRESS),
                                 V(PR_SET_THP_DISABLE),
                                 V(PR_GET_THP_DISABLE),
                                 V(PR_MPX_ENABLE_MANAGEMENT),
                                 V(PR_MPX_DISABLE_MANAGEMENT),
                                 V(PR_SET_FP_MODE),
                                 V(PR_GET_FP_MODE),
                                 V(PR_CAP_AMBIENT),
                                 V(PR_SVE_SET_VL),
                                 V(PR_SVE_GET_VL),
                                 V(PR_GET_SPECULATION_CTRL),
                                 V(PR_SET_SPECULATION_CTRL),
                                 V(PR_PAC_RESET_KEYS),
                                 V(PR_SET_TAGGED_ADDR_CTRL),
                                 V(PR_GET_TAGGED_ADDR_CTRL),
                                 V(PR_SET_IO_FLUSHER),
                                 V(PR_GET_IO_FLUSHER),
                                 V(PR_SET_SYSCALL_USER_DISPATCH),
                                 V(PR_PAC_SET_ENABLED_KEYS),
                                 V(PR_PAC_GET_ENABLED_KEYS),
                                 V(PR_SCHED_CORE),
                                 V(PR_SME_SET_VL),
                                 V(PR_SME_GET_VL),
                                 V(PR_SET_VMA),
                                 {65, "PR_SET_MDWE"},
                                 {66, "PR_GET_MDWE"},
                                 {67, "PR_SET_MEMORY_MERGE"},
                                 {68, "PR_GET_MEMORY_MERGE"}};

constexpr NamedValue kPtrace[] = {V(PTRACE_TRACEME),
                                  V(PTRACE_PEEKTEXT),
                                  V(PTRACE_PEEKDATA),
                                  V(PTRACE_PEEKUSER),
                                  V(PTRACE_POKETEXT),
                                  V(PTRACE_POKEDATA),
                                  V(PTRACE_POKEUSER),
                                  V(PTRACE_CONT),
                                  V(PTRACE_KILL),
                                  V(PTRACE_SINGLESTEP),
                                  V(PTRACE_ATTACH),
                                  V(PTRACE_DETACH),
                                  V(PTRACE_SYSCALL),
                                  V(PTRACE_SETOPTIONS),
                                  V(PTRACE_GETEVENTMSG),
                                  V(PTRACE_GETSIGINFO),
                                  V(PTRACE_SETSIGINFO),
                                  V(PTRACE_GETREGSET),
                                  V(PTRACE_SETREGSET),
                                  V(PTRACE_SEIZE),
                                  V(PTRACE_INTERRUPT),
                                  V(PTRACE_LISTEN),
                                  V(PTRACE_PEEKSIGINFO),
                                  V(PTRACE_GETSIGMASK),
                                  V(PTRACE_SETSIGMASK),
                                  V(PTRACE_SECCOMP_GET_FILTER),
                                  V(PTRACE_SECCOMP_GET_METADATA),
#if defined(__x86_64__)
                                  V(PTRACE_GETREGS),
                                  V(PTRACE_SETREGS),
                                  V(PTRACE_GETFPREGS),
                                  V(PTRACE_SETFPREGS),
                                  V(PTRACE_ARCH_PRCTL),
#endif
                                  V(PTRACE_GET_SYSCALL_INFO)};

constexpr NamedValue kBpf[] = {V(BPF_MAP_CREATE),        V(BPF_MAP_LOOKUP_ELEM),
                               V(BPF_MAP_UPDATE_ELEM),   V(BPF_MAP_DELETE_ELEM),
                               V(BPF_MAP_GET_NEXT_KEY),  V(BPF_PROG_LOAD),
                               V(BPF_OBJ_PIN),           V(BPF_OBJ_GET),
                               V(BPF_PROG_ATTACH),       V(BPF_PROG_DETACH),
                               V(BPF_PROG_TEST_RUN),     V(BPF_PROG_GET_NEXT_ID),
                               V(BPF_MAP_GET_NEXT_ID),   V(BPF_PROG_GET_FD_BY_ID),
                               V(BPF_MAP_GET_FD_BY_ID),  V(BPF_OBJ_GET_INFO_BY_FD),
                               V(BPF_PROG_QUERY),        V(BPF_RAW_TRACEPOINT_OPEN),
                               V(BPF_BTF_LOAD),          V(BPF_BTF_GET_FD_BY_ID),
                               V(BPF_TASK_FD_QUERY),     V(BPF_MAP_LOOKUP_AND_DELETE_ELEM),
                               V(BPF_MAP_FREEZE),        V(BPF_BTF_GET_NEXT_ID),
                               V(BPF_MAP_LOOKUP_BATCH),  V(BPF_MAP_LOOKUP_AND_DELETE_BATCH),
                               V(BPF_MAP_UPDATE_BATCH),  V(BPF_MAP_DELETE_BATCH),
                               V(BPF_LINK_CREATE),       V(BPF_LINK_UPDATE),
                               V(BPF_LINK_GET_FD_BY_ID), V(BPF_LINK_GET_NEXT_ID),
                               V(BPF_ENABLE_STATS),      V(BPF_ITER_CREATE),
                               V(BPF_LINK_DETACH),       V(BPF_PROG_BIND_MAP)};

constexpr NamedValue kKeyctl[] = {V(KEYCTL_GET_KEYRING_ID),
                                  V(KEYCTL_JOIN_SESSION_KEYRING),
                                  V(KEYCTL_UPDATE),
                                  V(KEYCTL_REVOKE),
                                  V(KEYCTL_CHOWN),
                                  V(KEYCTL_SETPERM),
                                  V(KEYCTL_DESCRIBE),
                                  V(KEYCTL_CLEAR),
                                  V(KEYCTL_LINK),
                                  V(KEYCTL_UNLINK),
                                  V(KEYCTL_SEARCH),
                                  V(KEYCTL_READ),
                                  V(KEYCTL_INSTANTIATE),
                                  V(KEYCTL_NEGATE),
                                  V(KEYCTL_SET_REQKEY_KEYRING),
                                  V(KEYCTL_SET_TIMEOUT),
                                  V(KEYCTL_ASSUME_AUTHORITY),
                                  V(KEYCTL_GET_SECURITY),
                                  V(KEYCTL_SESSION_TO_PARENT),
                                  V(KEYCTL_REJECT),
                                  V(KEYCTL_INSTANTIATE_IOV),
                                  V(KEYCTL_INVALIDATE),
                                  V(KEYCTL_GET_PERSISTENT),
                                  V(KEYCTL_DH_COMPUTE),
                                  V(KEYCTL_PKEY_QUERY),
                                  V(KEYCTL_PKEY_ENCRYPT),
                                  V(KEYCTL_PKEY_DECRYPT),
                                  V(KEYCTL_PKEY_SIGN),
                                  V(KEYCTL_PKEY_VERIFY),
                                  V(KEYCTL_RESTRICT_KEYRING),
                                  V(KEYCTL_MOVE),
                                  V(KEYCTL_CAPABILITIES),
                                  V(KEYCTL_WATCH_KEY)};
constexpr NamedValue kKeyring[] = {V(KEY_SPEC_THREAD_KEYRING), V(KEY_SPEC_PROCESS_KEYRING),
                                   V(KEY_SPEC_SESSION_KEYRING), V(KEY_SPEC_USER_KEYRING),
                                   V(KEY_SPEC_USER_SESSION_KEYRING)};

constexpr NamedValue kResource[] = {
    V(RLIMIT_CPU),      V(RLIMIT_FSIZE), V(RLIMIT_DATA),   V(RLIMIT_STACK),
    V(RLIMIT_CORE),     V(RLIMIT_RSS),   V(RLIMIT_NPROC),  V(RLIMIT_NOFILE),
    V(RLIMIT_MEMLOCK),  V(RLIMIT_AS),    V(RLIMIT_LOCKS),  V(RLIMIT_SIGPENDING),
    V(RLIMIT_MSGQUEUE), V(RLIMIT_NICE),  V(RLIMIT_RTPRIO), V(RLIMIT_RTTIME)};
constexpr NamedValue kPriority[] = {V(PRIO_PROCESS), V(PRIO_PGRP), V(PRIO_USER)};
constexpr NamedValue kScheduler[] = {V(SCHED_OTHER), V(SCHED_FIFO), V(SCHED_RR),
                                     V(SCHED_BATCH), V(SCHED_IDLE), V(SCHED_DEADLINE)};
constexpr NamedValue kSchedulerFlags[] = {V(SCHED_RESET_ON_FORK)};
constexpr NamedValue kClock[] = {V(CLOCK_REALTIME),
                                 V(CLOCK_MONOTONIC),
                                 V(CLOCK_PROCESS_CPUTIME_ID),
                                 V(CLOCK_THREAD_CPUTIME_ID),
                                 V(CLOCK_MONOTONIC_RAW),
                                 V(CLOCK_REALTIME_COARSE),
                                 V(CLOCK_MONOTONIC_COARSE),
                                 V(CLOCK_BOOTTIME),
                                 V(CLOCK_REALTIME_ALARM),
                                 V(CLOCK_BOOTTIME_ALARM),
                                 V(CLOCK_TAI)};
constexpr NamedValue kReboot[] = {V(LINUX_REBOOT_CMD_RESTART),    V(LINUX_REBOOT_CMD_HALT),
                                  V(LINUX_REBOOT_CMD_CAD_ON),     V(LINUX_REBOOT_CMD_CAD_OFF),
                                  V(LINUX_REBOOT_CMD_POWER_OFF),  V(LINUX_REBOOT_CMD_RESTART2),
                                  V(LINUX_REBOOT_CMD_SW_SUSPEND), V(LINUX_REBOOT_CMD_KEXEC)};
constexpr NamedValue kPersonality[] = {V(PER_LINUX), V(PER_LINUX32)};
constexpr NamedValue kPersonalityFlags[] = {
    V(UNAME26),           V(ADDR_NO_RANDOMIZE), V(MMAP_PAGE_ZERO), V(ADDR_COMPAT_LAYOUT),
    V(READ_IMPLIES_EXEC), V(ADDR_LIMIT_32BIT),  V(SHORT_INODE),    V(WHOLE_SECONDS),
    V(STICKY_TIMEOUTS),   V(ADDR_LIMIT_3GB)};
constexpr NamedValue kSeccomp[] = {V(SECCOMP_SET_MODE_STRICT), V(SECCOMP_SET_MODE_FILTER),
                                   V(SECCOMP_GET_ACTION_AVAIL), V(SECCOMP_GET_NOTIF_SIZES)};
constexpr NamedValue kLandlockRule[] = {V(LANDLOCK_RULE_PATH_BENEATH),
                                        {2, "LANDLOCK_RULE_NET_PORT"}};
constexpr NamedValue kFinitModule[] = {V(MODULE_INIT_IGNORE_MODVERSIONS),
                                       V(MODULE_INIT_IGNORE_VERMAGIC),
                                       V(MODULE_INIT_COMPRESSED_FILE)};
constexpr NamedValue kDeleteModule[] = {V(O_NONBLOCK), V(O_TRUNC)};

#undef V

}  // namespace

constinit const NamedSet kBpfCommands = {kBpf, kWhole};
constinit const NamedSet kClocks = {kClock, kWhole};
constinit const NamedSet kCloneFlags = {kSignalNumbers, CSIGNAL, kClone};
constinit const NamedSet kDeleteModuleFlags = {.flags = kDeleteModule};
constinit const NamedSet kFinitModuleFlags = {.flags = kFinitModule};
constinit const NamedSet kKeyctlOperations = {kKeyctl, kWhole};
constinit const NamedSet kKeyrings = {kKeyring, kWhole};
constinit const NamedSet kLandlockRuleTypes = {kLandlockRule, kWhole};
constinit const NamedSet kNamespaceTypes = {.flags = kUnshare};
constinit const NamedSet kPersonalities = {kPersonality, PER_MASK, kPersonalityFlags};
constinit const NamedSet kPrctlOptions = {kPrctl, kWhole};
constinit const NamedSet kPriorityTargets = {kPriority, kWhole};
constinit const NamedSet kPtraceRequests = {kPtrace, kWhole};
constinit const NamedSet kRebootCommands = {kReboot, kWhole};
constinit const NamedSet kResources = {kResource, kWhole};
constinit const NamedSet kSchedulers = {kScheduler, 0x0fffffff, kSchedulerFlags};
constinit const NamedSet kSeccompOperations = {kSeccomp, kWhole};
constinit const NamedSet kSignals = {kSignalNumbers, kWhole};
constinit const NamedSet kUnshareFlags = {.flags = kUnshare};

}  // namespace nodeward
