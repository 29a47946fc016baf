// A link in a folder that may be written leads to a file that may not be changed.
#define _GNU_SOURCE
#include <sys/inotify.h>
#include <sys/stat.h>
#include "../attack.h"

static const char* planted(const char* to, const char* name) {
  const char* link = in(inside, name);
  unlink(link);
  return symlink(to, link) == 0 ? link : "";
}
static long try_chmod(void) { return chmod(planted(in(outside, "target"), "chmod"), 0640); }
static long try_chown(void) {
  return chown(planted(in(outside, "target"), "chown"), getuid(), getgid());
}
static long try_utimensat(void) {
  return utimensat(AT_FDCWD, planted(in(outside, "target"), "utimensat"), NULL, 0);
}
static long try_folder(void) {
  planted(outside, "folder");
  return chmod(in(inside, "folder/target"), 0640);
}
static long try_chain(void) {
  planted(in(outside, "target"), "last");
  planted("last", "middle");
  return chmod(planted("./middle", "chain"), 0640);
}
static long try_through_proc(void) {
  char path[64];
  const int fd = open(in(outside, "target"), O_PATH);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long status = chmod(planted(path, "through_proc"), 0640);
  const int error = errno;
  close(fd);
  errno = error;
  return status;
}
// What the supervisor holds under this number, where the link is followed by it: the attacker
// itself holds nothing there.
static long try_number(void) {
  char path[64];
  for (int fd = 3; fd < 64; ++fd) {
    close(fd);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (chmod(planted(path, "number"), 0777) == 0) return 0;
    if (errno != ENOENT) return -1;
  }
  return -1;
}
static long try_supervisor(void) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/fd/1", getppid());
  return chmod(planted(path, "supervisor"), 0777);
}
static long try_watch(void) {
  const int fd = inotify_init1(IN_NONBLOCK);
  const long status = inotify_add_watch(fd, planted(outside, "watch"), IN_CREATE);
  const int error = errno;
  close(fd);
  errno = error;
  return status;
}
// The link itself is the application's own.
static long try_itself(void) {
  const char* link = planted(in(outside, "target"), "itself");
  const struct timespec times[2] = {{1000, 5}, {2000, 7}};
  struct stat facts;
  if (utimensat(AT_FDCWD, link, times, AT_SYMLINK_NOFOLLOW) != 0) return -1;
  if (fchownat(AT_FDCWD, link, getuid(), getgid(), AT_SYMLINK_NOFOLLOW) != 0) return -1;
  if (lstat(link, &facts) != 0) return -1;
  errno = EIO;
  return facts.st_mtim.tv_sec == 2000 ? 0 : -1;
}

static const struct act acts[] = {
    ACT(chmod),  ACT(chown),      ACT(utimensat), ACT(folder), ACT(chain),   ACT(through_proc),
    ACT(number), ACT(supervisor), ACT(watch),     ACT(itself), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
