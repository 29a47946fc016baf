// Raw system calls and the ABI constants that Debian 12's headers lack. Leaf: includes nothing of
// nodeward. Every function is noexcept, allocates nothing, and answers a value >= 0 or -errno:
// child-safe, after fork as before.
#pragma once

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace nodeward::kernel {

// seccomp_unotify(2); Linux 6.6. Not in the 6.1 headers.
inline constexpr unsigned long kNotifSetFlags = 0x40082104;  // SECCOMP_IOCTL_NOTIF_SET_FLAGS
inline constexpr std::uint64_t kNotifSyncWakeUp = 1;         // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
// seccomp(2), Linux 5.19: a notified caller can only be killed, not interrupted, once received.
inline constexpr unsigned kFilterWaitKillable = 1u << 5;
// close_range(2), Linux 5.11.
inline constexpr unsigned kCloseRangeCloexec = 1u << 2;

long Call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
          long f = 0) noexcept;

int Open(const char* path, int flags, unsigned mode = 0) noexcept;
int Close(int fd) noexcept;
ssize_t Read(int fd, void* buffer, std::size_t size) noexcept;         // retries EINTR
ssize_t Write(int fd, const void* buffer, std::size_t size) noexcept;  // retries EINTR
int Prctl(int option, unsigned long a = 0, unsigned long b = 0, unsigned long c = 0,
          unsigned long d = 0) noexcept;

// Credentials of the calling thread alone: libc's wrappers would change every thread's.
int SetGroups(std::size_t count, const gid_t* groups) noexcept;
int SetResGid(gid_t real, gid_t effective, gid_t saved) noexcept;
int SetResUid(uid_t real, uid_t effective, uid_t saved) noexcept;
int SetFsGid(gid_t gid) noexcept;  // 0, or -EPERM when the kernel kept the old one
int SetFsUid(uid_t uid) noexcept;

struct CapabilitySets {
  std::uint64_t effective = 0;
  std::uint64_t permitted = 0;
  std::uint64_t inheritable = 0;
};
int CapSet(const CapabilitySets& sets) noexcept;
int CapGet(CapabilitySets* sets) noexcept;

int SetLimit(int resource, rlim_t soft, rlim_t hard) noexcept;
// SECCOMP_SET_MODE_FILTER; with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor.
int InstallFilter(unsigned flags, const sock_fprog* program) noexcept;
int CloseRange(unsigned first, unsigned last, unsigned flags) noexcept;
// clone(2) with the given flags, no new stack: the child returns 0 in a copy of the caller's
// memory.
pid_t Clone(unsigned long flags) noexcept;
[[noreturn]] void Exit(int code) noexcept;  // exit_group(2)

}  // namespace nodeward::kernel
