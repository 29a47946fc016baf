// A file without a name is made where writing is allowed, and linked where it is not.
#define _GNU_SOURCE
#include "../attack.h"

static int nameless(void) { return open(inside, O_TMPFILE | O_RDWR, 0600); }
static long try_through_proc(void) {
  char path[64];
  const int fd = nameless();
  if (fd < 0) return -1;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long status = linkat(AT_FDCWD, path, AT_FDCWD, in(outside, "planted"), AT_SYMLINK_FOLLOW);
  close(fd);
  return status;
}
static long try_made_inside(void) {
  char path[64];
  const int fd = nameless();
  if (fd < 0) return -1;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long status = linkat(AT_FDCWD, path, AT_FDCWD, in(inside, "fine"), AT_SYMLINK_FOLLOW);
  close(fd);
  return status;
}
static long try_made_outside(void) { return closed(open(outside, O_TMPFILE | O_RDWR, 0600)); }

static const struct act acts[] = {
    ACT(through_proc),
    ACT(made_inside),
    ACT(made_outside),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
