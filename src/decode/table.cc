// The table of calls: what each argument is, and which of them tell two violations apart. Arguments
// after the last one named are not shown; kNone hides one in between. Hidden are those that may
// hold a secret: argument and environment vectors, mount data, module parameters, key payloads,
// values of extended attributes. Of other buffers the address is shown, never the content.
#include "decode/table.h"

#include <array>
#include <cstddef>

#include "decode/numbers.h"
#include "decode/values.h"

namespace nodeward {
namespace {

constexpr Arg kNone = {};
constexpr Arg kInt = {ArgKind::kInt};
constexpr Arg kUint = {ArgKind::kUnsigned};
constexpr Arg kHex = {ArgKind::kHex};
constexpr Arg kId = {ArgKind::kId};
constexpr Arg kSize = {ArgKind::kSize};
constexpr Arg kMode = {ArgKind::kMode};
constexpr Arg kFd = {ArgKind::kFd};
constexpr Arg kPid = {ArgKind::kPid};
constexpr Arg kPtr = {ArgKind::kPointer};
constexpr Arg kPath = {ArgKind::kPath};
constexpr Arg kStr = {ArgKind::kString};

constexpr Arg Named(const NamedSet& names) { return {ArgKind::kNamed, 0, &names}; }
constexpr Arg Wide(const NamedSet& names) { return {ArgKind::kNamedWide, 0, &names}; }
constexpr Arg Sockaddr(std::uint8_t length) { return {ArgKind::kSockaddr, length}; }
constexpr Arg OpenMode(std::uint8_t flags) { return {ArgKind::kOpenMode, flags}; }
constexpr Arg Protocol(std::uint8_t family) { return {ArgKind::kProtocol, family}; }
constexpr Arg Fcntl(std::uint8_t command) { return {ArgKind::kFcntl, command}; }

constexpr Arg kAt = Named(kAtFlags);
constexpr Arg kSignal = Named(kSignals);

// The arguments that a call is about.
template <class... Index>
constexpr std::uint8_t On(Index... index) {
  return static_cast<std::uint8_t>(((1u << index) | ... | 0u));
}

// clang-format off
#define CALL(name, about, ...) \
  CallRow{NODEWARD_CALL_NUMBER(name), #name, about, {__VA_ARGS__}}
constexpr CallRow kRows[] = {
    // Allowed with certain arguments only (measures/seccomp_arguments.h).
    CALL(socket, On(0, 1, 2), Named(kAddressFamilies), Named(kSocketTypes), Protocol(0)),
    CALL(socketpair, On(0, 1, 2), Named(kAddressFamilies), Named(kSocketTypes), Protocol(0), kPtr),
    CALL(clone, On(0), Wide(kCloneFlags), kPtr, kPtr, kPtr, kPtr),
    CALL(prctl, On(0), Named(kPrctlOptions), kHex, kHex, kHex, kHex),
    CALL(ioctl, On(1), kFd, Named(kIoctlRequests), kHex),
    CALL(fcntl, On(1, 2), kFd, Named(kFcntlCommands), Fcntl(1)),
    CALL(prlimit64, On(0, 1), kPid, Named(kResources), kPtr, kPtr),
    CALL(kill, On(0, 1), kPid, kSignal),
    CALL(tgkill, On(0, 1, 2), kPid, kPid, kSignal),

    // Files by path.
    CALL(open, On(0), kPath, Named(kOpenFlags), OpenMode(1)),
    CALL(openat, On(1), kFd, kPath, Named(kOpenFlags), OpenMode(2)),
    CALL(openat2, On(1), kFd, kPath, kPtr, kSize),
    CALL(creat, On(0), kPath, kMode),
    CALL(access, On(0), kPath, Named(kAccessModes)),
    CALL(faccessat, On(1), kFd, kPath, Named(kAccessModes)),
    CALL(faccessat2, On(1), kFd, kPath, Named(kAccessModes), Named(kAccessAtFlags)),
    CALL(stat, On(0), kPath, kPtr),
    CALL(lstat, On(0), kPath, kPtr),
    CALL(newfstatat, On(1), kFd, kPath, kPtr, kAt),
    CALL(statx, On(1), kFd, kPath, kAt, kHex, kPtr),
    CALL(statfs, On(0), kPath, kPtr),
    CALL(truncate, On(0), kPath, kSize),
    CALL(chdir, On(0), kPath),
    CALL(mkdir, On(0), kPath, kMode),
    CALL(mkdirat, On(1), kFd, kPath, kMode),
    CALL(mknod, On(0), kPath, kMode, kHex),
    CALL(mknodat, On(1), kFd, kPath, kMode, kHex),
    CALL(rmdir, On(0), kPath),
    CALL(unlink, On(0), kPath),
    CALL(unlinkat, On(1), kFd, kPath, Named(kUnlinkAtFlags)),
    CALL(link, On(0, 1), kPath, kPath),
    CALL(linkat, On(1, 3), kFd, kPath, kFd, kPath, kAt),
    CALL(symlink, On(0, 1), kPath, kPath),
    CALL(symlinkat, On(0, 2), kPath, kFd, kPath),
    CALL(readlink, On(0), kPath, kPtr, kSize),
    CALL(readlinkat, On(1), kFd, kPath, kPtr, kSize),
    CALL(rename, On(0, 1), kPath, kPath),
    CALL(renameat, On(1, 3), kFd, kPath, kFd, kPath),
    CALL(renameat2, On(1, 3), kFd, kPath, kFd, kPath, Named(kRenameFlags)),
    CALL(chmod, On(0), kPath, kMode),
    CALL(fchmod, On(0), kFd, kMode),
    CALL(fchmodat, On(1), kFd, kPath, kMode),
    CALL(fchmodat2, On(1), kFd, kPath, kMode, kAt),
    CALL(chown, On(0), kPath, kId, kId),
    CALL(lchown, On(0), kPath, kId, kId),
    CALL(fchown, On(0), kFd, kId, kId),
    CALL(fchownat, On(1), kFd, kPath, kId, kId, kAt),
    CALL(utime, On(0), kPath, kPtr),
    CALL(utimes, On(0), kPath, kPtr),
    CALL(futimesat, On(1), kFd, kPath, kPtr),
    CALL(utimensat, On(1), kFd, kPath, kPtr, kAt),
    CALL(setxattr, On(0, 1), kPath, kStr, kNone, kSize, Named(kXattrFlags)),
    CALL(lsetxattr, On(0, 1), kPath, kStr, kNone, kSize, Named(kXattrFlags)),
    CALL(fsetxattr, On(1), kFd, kStr, kNone, kSize, Named(kXattrFlags)),
    CALL(getxattr, On(0, 1), kPath, kStr, kPtr, kSize),
    CALL(lgetxattr, On(0, 1), kPath, kStr, kPtr, kSize),
    CALL(fgetxattr, On(1), kFd, kStr, kPtr, kSize),
    CALL(listxattr, On(0), kPath, kPtr, kSize),
    CALL(llistxattr, On(0), kPath, kPtr, kSize),
    CALL(flistxattr, On(0), kFd, kPtr, kSize),
    CALL(removexattr, On(0, 1), kPath, kStr),
    CALL(lremovexattr, On(0, 1), kPath, kStr),
    CALL(fremovexattr, On(1), kFd, kStr),
    CALL(setxattrat, On(1, 3), kFd, kPath, kAt, kStr, kPtr, kSize),
    CALL(getxattrat, On(1, 3), kFd, kPath, kAt, kStr, kPtr, kSize),
    CALL(listxattrat, On(1), kFd, kPath, kAt, kPtr, kSize),
    CALL(removexattrat, On(1, 3), kFd, kPath, kAt, kStr),
    CALL(file_getattr, On(1), kFd, kPath, kPtr, kSize, kAt),
    CALL(file_setattr, On(1), kFd, kPath, kPtr, kSize, kAt),
    CALL(inotify_add_watch, On(1), kFd, kPath, Named(kInotifyMask)),
    CALL(fanotify_init, 0, Named(kFanotifyInitFlags), Named(kOpenFlags)),
    CALL(fanotify_mark, On(4), kFd, Named(kFanotifyMarkFlags), kHex, kFd, kPath),
    CALL(name_to_handle_at, On(1), kFd, kPath, kPtr, kPtr, kAt),
    CALL(open_by_handle_at, 0, kFd, kPtr, Named(kOpenFlags)),
    CALL(memfd_create, On(0), kStr, Named(kMemfdFlags)),
    CALL(memfd_secret, 0, Named(kDescriptorFlags)),
    CALL(mq_open, On(0), kStr, Named(kOpenFlags), OpenMode(1), kPtr),
    CALL(mq_unlink, On(0), kStr),

    // Mounts and file systems.
    CALL(mount, On(0, 1, 2), kPath, kPath, kStr, Wide(kMountFlags)),
    CALL(umount2, On(0), kPath, Named(kUnmountFlags)),
    CALL(pivot_root, On(0, 1), kPath, kPath),
    CALL(chroot, On(0), kPath),
    CALL(open_tree, On(1), kFd, kPath, Named(kOpenTreeFlags)),
    CALL(open_tree_attr, On(1), kFd, kPath, Named(kOpenTreeFlags), kPtr, kSize),
    CALL(move_mount, On(1, 3), kFd, kPath, kFd, kPath, Named(kMoveMountFlags)),
    CALL(fsopen, On(0), kStr, Named(kFsopenFlags)),
    CALL(fsconfig, On(1, 2), kFd, Named(kFsconfigCommands), kStr, kNone, kInt),
    CALL(fsmount, 0, kFd, Named(kFsmountFlags), Named(kMountAttributes)),
    CALL(fspick, On(1), kFd, kPath, Named(kFspickFlags)),
    CALL(mount_setattr, On(1), kFd, kPath, kAt, kPtr, kSize),
    CALL(statmount, 0, kPtr, kPtr, kSize, kHex),
    CALL(listmount, 0, kPtr, kPtr, kSize, kHex),
    CALL(swapon, On(0), kPath, kHex),
    CALL(swapoff, On(0), kPath),
    CALL(acct, On(0), kPath),
    CALL(uselib, On(0), kPath),
    CALL(quotactl, On(1), kHex, kPath, kId, kPtr),
    CALL(quotactl_fd, On(0), kFd, kHex, kId, kPtr),

    // The machine.
    CALL(init_module, 0, kPtr, kSize),
    CALL(finit_module, On(0), kFd, kNone, Named(kFinitModuleFlags)),
    CALL(delete_module, On(0), kStr, Named(kDeleteModuleFlags)),
    CALL(kexec_load, 0, kHex, kSize, kPtr, kHex),
    CALL(kexec_file_load, On(0), kFd, kFd, kSize, kNone, kHex),
    CALL(reboot, On(2), kHex, kHex, Named(kRebootCommands), kPtr),
    CALL(sethostname, 0, kPtr, kSize),
    CALL(setdomainname, 0, kPtr, kSize),
    CALL(settimeofday, 0, kPtr, kPtr),
    CALL(clock_settime, On(0), Named(kClocks), kPtr),
    CALL(clock_adjtime, On(0), Named(kClocks), kPtr),
    CALL(adjtimex, 0, kPtr),
    CALL(syslog, On(0), kInt, kPtr, kInt),
    CALL(iopl, 0, kUint),
    CALL(ioperm, 0, kHex, kSize, kInt),
    CALL(modify_ldt, 0, kInt, kPtr, kSize),
    CALL(lookup_dcookie, 0, kHex, kPtr, kSize),
    CALL(vhangup, 0, kNone),

    // Processes.
    CALL(execve, On(0), kPath),
    CALL(execveat, On(1), kFd, kPath, kNone, kNone, kAt),
    CALL(clone3, 0, kPtr, kSize),
    CALL(fork, 0, kNone),
    CALL(vfork, 0, kNone),
    CALL(unshare, On(0), Wide(kUnshareFlags)),
    CALL(setns, On(1), kFd, Named(kNamespaceTypes)),
    CALL(tkill, On(0, 1), kPid, kSignal),
    CALL(rt_sigqueueinfo, On(0, 1), kPid, kSignal, kPtr),
    CALL(rt_tgsigqueueinfo, On(0, 1, 2), kPid, kPid, kSignal, kPtr),
    CALL(pidfd_open, On(0), kPid, kHex),
    CALL(pidfd_send_signal, On(1), kFd, kSignal, kPtr, kHex),
    CALL(pidfd_getfd, On(1), kFd, kFd, kHex),
    CALL(ptrace, On(0, 1), Named(kPtraceRequests), kPid, kHex, kHex),
    CALL(process_vm_readv, On(0), kPid, kPtr, kSize, kPtr, kSize, kHex),
    CALL(process_vm_writev, On(0), kPid, kPtr, kSize, kPtr, kSize, kHex),
    CALL(process_madvise, On(0), kFd, kPtr, kSize, kInt, kHex),
    CALL(process_mrelease, On(0), kFd, kHex),
    CALL(kcmp, On(0, 1), kPid, kPid, kInt, kHex, kHex),
    CALL(personality, On(0), Named(kPersonalities)),
    CALL(setsid, 0, kNone),
    CALL(setpgid, On(0, 1), kPid, kPid),
    CALL(setpriority, On(0, 1), Named(kPriorityTargets), kInt, kInt),
    CALL(ioprio_set, On(0, 1), kInt, kInt, kHex),
    CALL(setrlimit, On(0), Named(kResources), kPtr),
    CALL(sched_setparam, On(0), kPid, kPtr),
    CALL(sched_setscheduler, On(0, 1), kPid, Named(kSchedulers), kPtr),
    CALL(sched_setaffinity, On(0), kPid, kSize, kPtr),
    CALL(sched_setattr, On(0), kPid, kPtr, kHex),
    CALL(seccomp, On(0), Named(kSeccompOperations), kHex, kPtr),
    CALL(landlock_create_ruleset, 0, kPtr, kSize, kHex),
    CALL(landlock_add_rule, 0, kFd, Named(kLandlockRuleTypes), kPtr, kHex),
    CALL(landlock_restrict_self, 0, kFd, kHex),
    CALL(lsm_set_self_attr, On(0), kUint, kPtr, kSize, kHex),
    CALL(lsm_get_self_attr, On(0), kUint, kPtr, kPtr, kHex),

    // Identity.
    CALL(setuid, On(0), kId),
    CALL(setgid, On(0), kId),
    CALL(setreuid, On(0, 1), kId, kId),
    CALL(setregid, On(0, 1), kId, kId),
    CALL(setresuid, On(0, 1, 2), kId, kId, kId),
    CALL(setresgid, On(0, 1, 2), kId, kId, kId),
    CALL(setfsuid, On(0), kId),
    CALL(setfsgid, On(0), kId),
    CALL(setgroups, 0, kSize, kPtr),
    CALL(capset, 0, kPtr, kPtr),

    // Sockets.
    CALL(connect, On(1), kFd, Sockaddr(2), kUint),
    CALL(bind, On(1), kFd, Sockaddr(2), kUint),
    CALL(listen, On(0), kFd, kInt),
    CALL(accept, 0, kFd, kPtr, kPtr),
    CALL(accept4, 0, kFd, kPtr, kPtr, Named(kSocketTypes)),
    CALL(sendto, On(4), kFd, kPtr, kSize, Named(kMessageFlags), Sockaddr(5), kUint),
    CALL(sendmsg, 0, kFd, kPtr, Named(kMessageFlags)),
    CALL(sendmmsg, 0, kFd, kPtr, kUint, Named(kMessageFlags)),
    CALL(recvfrom, 0, kFd, kPtr, kSize, Named(kMessageFlags), kPtr, kPtr),
    CALL(recvmsg, 0, kFd, kPtr, Named(kMessageFlags)),
    CALL(recvmmsg, 0, kFd, kPtr, kUint, Named(kMessageFlags), kPtr),
    CALL(setsockopt, On(1, 2), kFd, Named(kSocketLevels), kInt, kPtr, kUint),
    CALL(getsockopt, On(1, 2), kFd, Named(kSocketLevels), kInt, kPtr, kPtr),
    CALL(shutdown, 0, kFd, Named(kShutdownHow)),

    // Keys, BPF, tracing, asynchronous work.
    CALL(add_key, On(0, 1), kStr, kStr, kNone, kSize, Named(kKeyrings)),
    CALL(request_key, On(0, 1), kStr, kStr, kNone, Named(kKeyrings)),
    CALL(keyctl, On(0), Named(kKeyctlOperations), kHex),
    CALL(bpf, On(0), Named(kBpfCommands), kPtr, kUint),
    CALL(perf_event_open, On(1), kPtr, kPid, kInt, kFd, kHex),
    CALL(userfaultfd, 0, Named(kDescriptorFlags)),
    CALL(io_uring_setup, 0, kUint, kPtr),
    CALL(io_uring_enter, 0, kFd, kUint, kUint, kHex, kPtr, kSize),
    CALL(io_uring_register, 0, kFd, kUint, kPtr, kUint),
    CALL(io_setup, 0, kUint, kPtr),
    CALL(io_submit, 0, kHex, kSize, kPtr),

    // Memory.
    CALL(mmap, On(2, 3), kPtr, kSize, Wide(kProtections), Wide(kMmapFlags), kFd, kHex),
    CALL(mprotect, On(2), kPtr, kSize, Wide(kProtections)),
    CALL(pkey_mprotect, On(2), kPtr, kSize, Wide(kProtections), kInt),
    CALL(mremap, 0, kPtr, kSize, kSize, kHex, kPtr),
    CALL(remap_file_pages, 0, kPtr, kSize, kHex, kSize, kHex),
    CALL(msync, 0, kPtr, kSize, Named(kMsyncFlags)),
    CALL(mlock, 0, kPtr, kSize),
    CALL(mlock2, 0, kPtr, kSize, kHex),
    CALL(mlockall, 0, kHex),
    CALL(mseal, 0, kPtr, kSize, kHex),
    CALL(map_shadow_stack, 0, kHex, kSize, kHex),
    CALL(mbind, 0, kPtr, kSize, kInt, kPtr, kSize, kHex),
    CALL(set_mempolicy, 0, kInt, kPtr, kSize),
    CALL(get_mempolicy, 0, kPtr, kPtr, kSize, kPtr, kHex),
    CALL(migrate_pages, On(0), kPid, kSize, kPtr, kPtr),
    CALL(move_pages, On(0), kPid, kSize, kPtr, kPtr, kPtr, kHex),
    CALL(shmget, On(0), kHex, kSize, kMode),
    CALL(shmat, On(0), kInt, kPtr, kHex),
    CALL(shmctl, On(0), kInt, kInt, kPtr),
    CALL(semget, On(0), kHex, kInt, kMode),
    CALL(semctl, On(0), kInt, kInt, kInt),
    CALL(msgget, On(0), kHex, kMode),
    CALL(msgsnd, On(0), kInt, kPtr, kSize, kHex),
    CALL(msgrcv, On(0), kInt, kPtr, kSize, kInt, kHex),
    CALL(msgctl, On(0), kInt, kInt, kPtr),

    // Descriptors. Not the content of what is written.
    CALL(read, On(0), kFd, kPtr, kSize),
    CALL(write, On(0), kFd, kPtr, kSize),
    CALL(splice, 0, kFd, kPtr, kFd, kPtr, kSize, kHex),
    CALL(vmsplice, 0, kFd, kPtr, kSize, kHex),
    CALL(tee, 0, kFd, kFd, kSize, kHex),
    CALL(sendfile, 0, kFd, kFd, kPtr, kSize),
    CALL(copy_file_range, 0, kFd, kPtr, kFd, kPtr, kSize, kHex),
    CALL(fchdir, On(0), kFd),
    CALL(ftruncate, On(0), kFd, kSize),
    CALL(fallocate, On(0), kFd, kHex, kSize, kSize),
    CALL(dup2, 0, kFd, kFd),
    CALL(dup3, 0, kFd, kFd, Named(kDescriptorFlags)),
    CALL(close_range, 0, kUint, kUint, kHex),
};
#undef CALL
// clang-format on

constexpr std::size_t kNumbers = 512;  // the highest known number is below 470
constexpr std::uint8_t kNoRow = 0xff;
static_assert(std::size(kRows) < kNoRow);

constexpr std::array<std::uint8_t, kNumbers> RowByNumber() {
  std::array<std::uint8_t, kNumbers> rows = {};
  rows.fill(kNoRow);
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (kRows[i].number < 0) continue;
    rows[static_cast<std::size_t>(kRows[i].number)] = static_cast<std::uint8_t>(i);
  }
  return rows;
}

constexpr std::array<std::uint8_t, kNumbers> kRowByNumber = RowByNumber();

}  // namespace

std::span<const CallRow> DecodedCalls() { return kRows; }

const CallRow* FindCall(int number) {
  if (number < 0 || number >= static_cast<int>(kNumbers)) return nullptr;
  const std::uint8_t row = kRowByNumber[static_cast<std::size_t>(number)];
  return row == kNoRow ? nullptr : &kRows[row];
}

}  // namespace nodeward
