// Namespaces and mounts by raw system calls: mount(2), open_tree(2) and move_mount(2) (Linux 5.2),
// mount_setattr(2) (Linux 5.12), user_namespaces(7). Leaf, child-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nodeward::kernel {

inline constexpr std::uint64_t kMountReadOnly = 0x1;  // MOUNT_ATTR_*
inline constexpr std::uint64_t kMountNoSuid = 0x2;
inline constexpr std::uint64_t kMountNoDev = 0x4;

// A line of /proc/self/uid_map or gid_map: "1000 1000 1".
struct IdLine {
  char text[40];
  std::size_t size;
};

struct OwnIds {
  IdLine user;
  IdLine group;
};

// The line that maps `id` onto itself, and no other.
IdLine OwnIdLine(unsigned id) noexcept;

// A user namespace of the caller's own, in which its own ids alone exist, each as itself. Without
// privilege this wants the maps in /proc to be writable, so the process is dumpable for that
// moment; it is not afterwards.
int EnterUserNamespace(const OwnIds& ids) noexcept;

// Mounts made on either side from now on do not reach the other.
int MakeMountsPrivate() noexcept;
// `path` without following any link: O_PATH, or -errno.
int OpenPlace(const char* path) noexcept;
// A detached copy of what is mounted at `place` and beneath it: a descriptor, or -errno.
int CopyMounts(int place) noexcept;
// Attaches a detached copy on top of `place`.
int AttachMounts(int copy, int place) noexcept;
// Sets attributes on the mount that `tree` holds and on all beneath it.
int RestrictMounts(int tree, std::uint64_t attributes) noexcept;
// The same for "/" and all beneath it.
int RestrictAllMounts(std::uint64_t attributes) noexcept;
int MountNew(const char* type, const char* place, unsigned long flags, const char* data) noexcept;

// Brings the loopback interface of the caller's network namespace up.
int RaiseLoopback() noexcept;

}  // namespace nodeward::kernel
