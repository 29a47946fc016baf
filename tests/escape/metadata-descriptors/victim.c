// Modes, owners and times are changed by descriptors: of a file that may only be read, of one that
// was opened for nothing, of a folder.
#define _GNU_SOURCE
#include <sys/stat.h>
#include "../attack.h"

static int readable(void) { return open(in(outside, "target"), O_RDONLY); }
static int bare(void) { return open(in(outside, "target"), O_PATH); }

static long with(int fd, long status) {
  const int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  return status;
}
static long try_fchmod(void) {
  const int fd = readable();
  return with(fd, fchmod(fd, 0640));
}
static long try_fchown(void) {
  const int fd = readable();
  return with(fd, fchown(fd, getuid(), getgid()));
}
static long try_futimens(void) {
  const int fd = readable();
  return with(fd, futimens(fd, NULL));
}
static long try_empty_times(void) {
  const int fd = bare();
  return with(fd, syscall(SYS_utimensat, fd, "", NULL, AT_EMPTY_PATH));
}
// By a path that a process's own descriptor stands for.
static long by(const char* format, int number) {
  char path[128];
  const int fd = bare();
  if (number == 0) {
    snprintf(path, sizeof(path), format, fd);
  } else {
    snprintf(path, sizeof(path), format, number, fd);
  }
  return with(fd, chmod(path, 0640));
}
static long try_proc_self(void) { return by("/proc/self/fd/%d", 0); }
static long try_proc_number(void) { return by("/proc/%d/fd/%d", getpid()); }
static long try_thread_self(void) { return by("/proc/thread-self/fd/%d", 0); }
static long try_dev_fd(void) { return by("/dev/fd/%d", 0); }
static long try_task(void) { return by("/proc/self/task/%d/fd/%d", getpid()); }
static long try_relative(void) {
  const int folder = open(outside, O_PATH | O_DIRECTORY);
  return with(folder, syscall(SYS_fchmodat, folder, "target", 0640));
}
static long try_climbing(void) {
  char path[1024] = "";
  const int folder = open(inside, O_PATH | O_DIRECTORY);
  snprintf(path, sizeof(path), "../../../../../../..%s/target", outside);
  return with(folder, syscall(SYS_fchmodat, folder, path, 0640));
}
static long try_proc_cwd(void) {
  if (chdir(outside) != 0) return -1;
  const long status = chmod("/proc/self/cwd/target", 0640);
  return with(-1, status);
}
static long try_proc_root(void) {
  char path[1024] = "";
  snprintf(path, sizeof(path), "/proc/self/root%s/target", outside);
  return chmod(path, 0640);
}
static long try_folder(void) {
  const int folder = open(outside, O_RDONLY | O_DIRECTORY);
  return with(folder, fchmod(folder, 0777));
}
// And what lies in a folder that may be written, or in none, is the application's own affair.
static long try_own(void) {
  struct stat facts;
  char path[64];
  int ends[2];
  const int fd = open(in(inside, "own"), O_CREAT | O_RDWR, 0600);
  if (fd < 0 || fchmod(fd, 0640) != 0) return -1;
  if (fstat(fd, &facts) != 0 || (facts.st_mode & 07777) != 0640) return -1;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  if (chmod(path, 0604) != 0 || fchown(fd, getuid(), getgid()) != 0) return -1;
  if (futimens(fd, (struct timespec[2]){{1000, 5}, {2000, 7}}) != 0) return -1;
  if (unlink(in(inside, "own")) != 0 || fchmod(fd, 0600) != 0) return -1;
  if (fstat(fd, &facts) != 0 || (facts.st_mode & 07777) != 0600) return -1;
  if (facts.st_mtim.tv_sec != 2000 || facts.st_mtim.tv_nsec != 7) return -1;
  if (pipe(ends) != 0 || fchmod(ends[0], 0600) != 0) return -1;
  close(ends[0]);
  close(ends[1]);
  return with(fd, 0);
}

static const struct act acts[] = {
    ACT(fchmod),    ACT(fchown),      ACT(futimens),    ACT(empty_times),
    ACT(proc_self), ACT(proc_number), ACT(thread_self), ACT(dev_fd),
    ACT(task),      ACT(relative),    ACT(climbing),    ACT(proc_cwd),
    ACT(proc_root), ACT(folder),      ACT(own),         {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
