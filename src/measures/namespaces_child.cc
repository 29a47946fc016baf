#include "kernel/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "kernel/landlock.h"
#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {
namespace {

using kernel::Call;

constexpr unsigned long kInert = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr std::uint64_t kAll = kernel::kMountReadOnly | kernel::kMountNoSuid | kernel::kMountNoDev;

// What tells of the machine, its kernel's memory and its other users rather than of the process
// itself: covered where it is there. Container runtimes cover much the same.
constexpr const char* kMaskedFiles[] = {
    "/proc/kcore",       "/proc/keys",         "/proc/key-users",  "/proc/timer_list",
    "/proc/sched_debug", "/proc/kallsyms",     "/proc/kpageflags", "/proc/kpagecount",
    "/proc/kmsg",        "/proc/sysrq-trigger"};
constexpr const char* kMaskedFolders[] = {
    "/proc/acpi",           "/proc/scsi",        "/proc/asound",
    "/sys/firmware",        "/sys/kernel/debug", "/sys/kernel/tracing",
    "/sys/kernel/security", "/sys/fs/bpf",       "/sys/devices/virtual/powercap"};

bool Absent(int status) noexcept { return status == -ENOENT || status == -ENOTDIR; }

// /dev/null takes the file's place; on a mount without devices it cannot even be opened.
int MaskFile(int null, const char* path) noexcept {
  const int place = kernel::OpenPlace(path);
  if (place < 0) return Absent(place) ? 0 : -place;
  const int copy = kernel::CopyMounts(null);
  const int status = copy < 0 ? copy : kernel::AttachMounts(copy, place);
  if (copy >= 0) kernel::Close(copy);
  kernel::Close(place);
  return -status;
}

int Mask() noexcept {
  const int null = kernel::OpenPlace("/dev/null");
  if (null < 0) return -null;
  int error = 0;
  for (const char* path : kMaskedFiles) {
    if (error == 0) error = MaskFile(null, path);
  }
  kernel::Close(null);
  for (const char* path : kMaskedFolders) {
    if (error != 0) break;
    const int status = kernel::MountNew("tmpfs", path, MS_RDONLY | kInert, "size=4k,mode=0555");
    if (!Absent(status)) error = -status;
  }
  return error;
}

// A part of the tree that is set aside before the rest becomes read-only, and laid over it after.
struct Aside {
  int place;
  int copy;
};

int Take(const char* path, Aside* aside) noexcept {
  aside->place = kernel::OpenPlace(path);
  if (aside->place < 0) return -aside->place;
  aside->copy = kernel::CopyMounts(aside->place);
  return aside->copy < 0 ? -aside->copy : 0;
}

int Lay(const Aside& aside, std::uint64_t attributes) noexcept {
  if (const int status = kernel::RestrictMounts(aside.copy, attributes)) return -status;
  if (const int status = kernel::AttachMounts(aside.copy, aside.place)) return -status;
  kernel::Close(aside.copy);
  return -kernel::Close(aside.place);
}

// All read-only and without devices, but /dev for its devices, and what the profile may write.
int RestrictTree(const ChildMounts& mounts) noexcept {
  Aside devices = {};
  Aside writable[kMaxWritable];
  if (const int error = Take("/dev", &devices)) return error;
  for (std::uint32_t i = 0; i < mounts.writable_count; ++i) {
    if (const int error = Take(mounts.writable[i], &writable[i])) return error;
  }
  if (const int status = kernel::RestrictAllMounts(kAll)) return -status;
  if (const int error = Lay(devices, kernel::kMountReadOnly | kernel::kMountNoSuid)) return error;
  for (std::uint32_t i = 0; i < mounts.writable_count; ++i) {
    const std::uint64_t attributes = kernel::kMountNoSuid | kernel::kMountNoDev;
    if (const int error = Lay(writable[i], attributes)) return error;
  }
  return 0;
}

// What a rule allows on a path that is another file now.
int AllowReplaced(const ChildProgram& program) noexcept {
  const ChildMounts& mounts = program.namespaces.mounts;
  if (program.landlock.ruleset < 0) return 0;
  for (std::uint32_t i = 0; i < mounts.rule_count; ++i) {
    const ChildMountRule& rule = mounts.rules[i];
    const int fd = kernel::OpenPlace(rule.path);
    if (fd < 0) return -fd;
    const int status = kernel::LandlockAllowPath(program.landlock.ruleset, fd, rule.rights);
    kernel::Close(fd);
    if (status < 0) return -status;
  }
  return 0;
}

int MountPrivateFolders(const ChildMounts& mounts) noexcept {
  for (std::uint32_t i = 0; i < mounts.private_count; ++i) {
    const int status =
        kernel::MountNew("tmpfs", mounts.private_folders[i], kInert, "mode=1777,size=25%");
    if (status < 0) return -status;
  }
  return 0;
}

int BuildTree(const ChildProgram& program) noexcept {
  const ChildMounts& mounts = program.namespaces.mounts;
  if (const int status = kernel::MakeMountsPrivate()) return -status;
  if (mounts.own_proc) {
    if (const int status = kernel::MountNew("proc", "/proc", kInert, "hidepid=2")) return -status;
  }
  if (mounts.own_tree) {
    if (const int error = Mask()) return error;
    if (const int error = RestrictTree(mounts)) return error;
    if (const int error = MountPrivateFolders(mounts)) return error;
  }
  return AllowReplaced(program);
}

int Mount(const ChildProgram& program) noexcept {
  // The working directory lies in the old tree, on mounts that are about to be covered.
  char here[4096];
  const long size = Call(SYS_getcwd, reinterpret_cast<long>(here), static_cast<long>(sizeof(here)));
  if (const int error = BuildTree(program)) return error;
  // One that is not there any more (a folder in /tmp) leads nowhere rather than outside.
  if (size > 0 && here[0] == '/' && Call(SYS_chdir, reinterpret_cast<long>(here)) == 0) return 0;
  return static_cast<int>(-Call(SYS_chdir, reinterpret_cast<long>("/")));
}

}  // namespace

int ApplyNamespaces(const ChildProgram& program) noexcept {
  const ChildNamespaces& namespaces = program.namespaces;
  if (namespaces.enter == 0) return 0;
  const long entered = Call(SYS_unshare, static_cast<long>(namespaces.enter));
  if (entered < 0) return static_cast<int>(-entered);
  if ((namespaces.enter & CLONE_NEWNET) != 0) {
    if (const int status = kernel::RaiseLoopback()) return -status;
  }
  return (namespaces.enter & CLONE_NEWNS) != 0 ? Mount(program) : 0;
}

}  // namespace nodeward
