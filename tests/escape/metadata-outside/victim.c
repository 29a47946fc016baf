// Modes, owners, times and attributes of files that no rule names are changed: Landlock does not
// know these calls.
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>
#include "../attack.h"

static long try_chmod(void) { return chmod(in(outside, "target"), 0666); }
static long try_fchmodat(void) {
  return syscall(SYS_fchmodat, AT_FDCWD, in(outside, "target"), 0666);
}
static long try_fchmodat2(void) {
  return syscall(452, AT_FDCWD, in(outside, "target"), 0666, AT_SYMLINK_NOFOLLOW);
}
static long try_chown(void) { return chown(in(outside, "target"), getuid(), getgid()); }
static long try_lchown(void) { return lchown(in(outside, "target"), getuid(), getgid()); }
static long try_fchownat(void) {
  return fchownat(AT_FDCWD, in(outside, "target"), getuid(), getgid(), 0);
}
static long try_folder(void) { return chmod(outside, 0777); }
static long try_utimensat(void) { return utimensat(AT_FDCWD, in(outside, "target"), NULL, 0); }
#ifndef SYS_utime  // arm64 has none of these
#define SYS_utime (-1)
#define SYS_utimes (-1)
#define SYS_futimesat (-1)
#endif
static long try_utimes(void) { return syscall(SYS_utimes, in(outside, "target"), NULL); }
static long try_utime(void) { return syscall(SYS_utime, in(outside, "target"), NULL); }
static long try_futimesat(void) {
  return syscall(SYS_futimesat, AT_FDCWD, in(outside, "target"), NULL);
}
static long try_setxattr(void) { return setxattr(in(outside, "target"), "user.x", "y", 1, 0); }
static long try_removexattr(void) { return removexattr(in(outside, "target"), "user.x"); }
// A descriptor without rights is enough for these two.
static long try_proc_chmod(void) {
  char path[64];
  const int fd = open(in(outside, "target"), O_PATH);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long status = fd < 0 ? -1 : chmod(path, 0640);
  if (fd >= 0) close(fd);
  return status;
}
static long try_empty_path(void) {
  const int fd = open(in(outside, "target"), O_PATH);
  const long status = fd < 0 ? -1 : fchownat(fd, "", getuid(), getgid(), AT_EMPTY_PATH);
  if (fd >= 0) close(fd);
  return status;
}

static const struct act acts[] = {
    ACT(chmod),       ACT(fchmodat),   ACT(fchmodat2),  ACT(chown),   ACT(lchown),    ACT(fchownat),
    ACT(folder),      ACT(utimensat),  ACT(utimes),     ACT(utime),   ACT(futimesat), ACT(setxattr),
    ACT(removexattr), ACT(proc_chmod), ACT(empty_path), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
