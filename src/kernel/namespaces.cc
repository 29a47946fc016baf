#include "kernel/namespaces.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "kernel/sys.h"

namespace nodeward::kernel {
namespace {

constexpr long kOpenTree = 428;  // the same numbers on every architecture
constexpr long kMoveMount = 429;
constexpr long kMountSetattr = 442;
constexpr long kOpenTreeClone = 1;
constexpr long kRecursive = 0x8000;           // AT_RECURSIVE
constexpr long kEmptyPath = 0x1000;           // AT_EMPTY_PATH
constexpr long kMoveBetweenFds = 0x4 | 0x40;  // MOVE_MOUNT_{F,T}_EMPTY_PATH

struct MountAttributes {
  std::uint64_t set;
  std::uint64_t clear;
  std::uint64_t propagation;
  std::uint64_t user_namespace;
};

long Word(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

int WriteLine(const char* path, const char* text, std::size_t size) noexcept {
  const int fd = Open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  const ssize_t written = Write(fd, text, size);
  Close(fd);
  return written < 0 ? static_cast<int>(written) : 0;
}

int WriteMaps(const OwnIds& ids) noexcept {
  // user_namespaces(7): a group may be mapped without privilege only once setgroups is given up.
  if (const int status = WriteLine("/proc/self/setgroups", "deny", 4)) return status;
  if (const int status = WriteLine("/proc/self/uid_map", ids.user.text, ids.user.size)) {
    return status;
  }
  return WriteLine("/proc/self/gid_map", ids.group.text, ids.group.size);
}

}  // namespace

IdLine OwnIdLine(unsigned id) noexcept {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + id % 10);
    id /= 10;
  } while (id != 0);
  IdLine line = {};
  for (int times = 0; times < 2; ++times) {
    for (int i = count; i > 0; --i) line.text[line.size++] = digits[i - 1];
    line.text[line.size++] = ' ';
  }
  line.text[line.size++] = '1';
  return line;
}

int EnterUserNamespace(const OwnIds& ids) noexcept {
  if (const long status = Call(SYS_unshare, CLONE_NEWUSER)) return static_cast<int>(status);
  Prctl(PR_SET_DUMPABLE, 1);
  const int status = WriteMaps(ids);
  Prctl(PR_SET_DUMPABLE, 0);
  return status;
}

int MakeMountsPrivate() noexcept { return MountNew(nullptr, "/", MS_REC | MS_PRIVATE, nullptr); }

int OpenPlace(const char* path) noexcept {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(
      Call(SYS_openat2, AT_FDCWD, Word(path), Word(&how), static_cast<long>(sizeof(how))));
}

int CopyMounts(int place) noexcept {
  return static_cast<int>(
      Call(kOpenTree, place, Word(""), kOpenTreeClone | kRecursive | kEmptyPath | O_CLOEXEC));
}

int AttachMounts(int copy, int place) noexcept {
  return static_cast<int>(Call(kMoveMount, copy, Word(""), place, Word(""), kMoveBetweenFds));
}

int RestrictMounts(int tree, std::uint64_t attributes) noexcept {
  const MountAttributes wanted = {attributes, 0, 0, 0};
  return static_cast<int>(
      Call(kMountSetattr, tree, Word(""), kRecursive | kEmptyPath, Word(&wanted), sizeof(wanted)));
}

int RestrictAllMounts(std::uint64_t attributes) noexcept {
  const MountAttributes wanted = {attributes, 0, 0, 0};
  return static_cast<int>(
      Call(kMountSetattr, AT_FDCWD, Word("/"), kRecursive, Word(&wanted), sizeof(wanted)));
}

int MountNew(const char* type, const char* place, unsigned long flags, const char* data) noexcept {
  return static_cast<int>(
      Call(SYS_mount, Word(type), Word(place), Word(type), static_cast<long>(flags), Word(data)));
}

int RaiseLoopback() noexcept {
  const int fd = static_cast<int>(Call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return fd;
  ifreq loopback = {};
  loopback.ifr_name[0] = 'l';
  loopback.ifr_name[1] = 'o';
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  const long status = Call(SYS_ioctl, fd, SIOCSIFFLAGS, Word(&loopback));
  Close(fd);
  return static_cast<int>(status);
}

}  // namespace nodeward::kernel
