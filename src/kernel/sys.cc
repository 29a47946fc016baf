#include "kernel/sys.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

namespace nodeward::kernel {
namespace {

template <class T>
long Word(T* pointer) noexcept {
  return reinterpret_cast<long>(pointer);
}

int Status(long result) noexcept { return static_cast<int>(result); }

}  // namespace

long Call(long number, long a, long b, long c, long d, long e, long f) noexcept {
  const long result = ::syscall(number, a, b, c, d, e, f);
  return result == -1 ? -errno : result;
}

int Open(const char* path, int flags, unsigned mode) noexcept {
  return Status(Call(SYS_openat, -100 /* AT_FDCWD */, Word(path), flags, mode));
}

int Close(int fd) noexcept { return Status(Call(SYS_close, fd)); }

ssize_t Read(int fd, void* buffer, std::size_t size) noexcept {
  long result = 0;
  do {
    result = Call(SYS_read, fd, Word(buffer), static_cast<long>(size));
  } while (result == -EINTR);
  return result;
}

ssize_t Write(int fd, const void* buffer, std::size_t size) noexcept {
  long result = 0;
  do {
    result = Call(SYS_write, fd, Word(buffer), static_cast<long>(size));
  } while (result == -EINTR);
  return result;
}

int Prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) noexcept {
  return Status(Call(SYS_prctl, option, static_cast<long>(a), static_cast<long>(b),
                     static_cast<long>(c), static_cast<long>(d)));
}

int SetGroups(std::size_t count, const gid_t* groups) noexcept {
  return Status(Call(SYS_setgroups, static_cast<long>(count), Word(groups)));
}

int SetResGid(gid_t real, gid_t effective, gid_t saved) noexcept {
  return Status(Call(SYS_setresgid, real, effective, saved));
}

int SetResUid(uid_t real, uid_t effective, uid_t saved) noexcept {
  return Status(Call(SYS_setresuid, real, effective, saved));
}

// setfsuid(2) answers the old id and never fails aloud; a second call with an impossible id reads
// it.
int SetFsGid(gid_t gid) noexcept {
  Call(SYS_setfsgid, gid);
  return Call(SYS_setfsgid, -1) == static_cast<long>(gid) ? 0 : -EPERM;
}

int SetFsUid(uid_t uid) noexcept {
  Call(SYS_setfsuid, uid);
  return Call(SYS_setfsuid, -1) == static_cast<long>(uid) ? 0 : -EPERM;
}

int CapSet(const CapabilitySets& sets) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  for (unsigned i = 0; i < 2; ++i) {
    data[i].effective = static_cast<std::uint32_t>(sets.effective >> (32 * i));
    data[i].permitted = static_cast<std::uint32_t>(sets.permitted >> (32 * i));
    data[i].inheritable = static_cast<std::uint32_t>(sets.inheritable >> (32 * i));
  }
  return Status(Call(SYS_capset, Word(&header), Word(data)));
}

int CapGet(CapabilitySets* sets) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  const int status = Status(Call(SYS_capget, Word(&header), Word(data)));
  const auto join = [](std::uint32_t low, std::uint32_t high) {
    return (static_cast<std::uint64_t>(high) << 32) | low;
  };
  sets->effective = join(data[0].effective, data[1].effective);
  sets->permitted = join(data[0].permitted, data[1].permitted);
  sets->inheritable = join(data[0].inheritable, data[1].inheritable);
  return status;
}

int SetLimit(int resource, rlim_t soft, rlim_t hard) noexcept {
  const rlimit limit{soft, hard};
  return Status(Call(SYS_prlimit64, 0, resource, Word(&limit), 0));
}

int InstallFilter(unsigned flags, const sock_fprog* program) noexcept {
  return Status(Call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, Word(program)));
}

int CloseRange(unsigned first, unsigned last, unsigned flags) noexcept {
  return Status(Call(SYS_close_range, first, last, flags));
}

pid_t Clone(unsigned long flags) noexcept {
  return Status(Call(SYS_clone, static_cast<long>(flags), 0, 0, 0, 0));
}

void Exit(int code) noexcept {
  for (;;) Call(SYS_exit_group, code);
}

}  // namespace nodeward::kernel
