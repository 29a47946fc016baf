// Writes where no rule lets it, although the mode of the file would: write-outside OUTSIDE INSIDE.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attempt.h"

static const char *outside, *inside;

static const char* in(const char* folder, const char* name) {
  static char path[2][512];
  static int turn;
  turn = !turn;
  snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
  return path[turn];
}
static long closed(long fd) { return fd >= 0 ? close((int)fd) : fd; }

static long try_open(void) { return closed(open(in(outside, "target"), O_WRONLY)); }
static long try_read(void) { return closed(open(in(outside, "target"), O_RDONLY)); }
static long try_list(void) { return closed(open(outside, O_RDONLY | O_DIRECTORY)); }
static long try_create(void) { return closed(open(in(outside, "new"), O_CREAT | O_WRONLY, 0600)); }
#ifndef SYS_creat  // arm64 has openat alone
#define SYS_creat (-1)
#endif
static long try_creat(void) { return closed(syscall(SYS_creat, in(outside, "new2"), 0600)); }
static long try_append(void) { return closed(open(in(outside, "target"), O_WRONLY | O_APPEND)); }
static long try_read_truncate(void) {
  return closed(open(in(outside, "target"), O_RDONLY | O_TRUNC));
}
static long try_openat(void) {
  const int fd = open(outside, O_PATH | O_DIRECTORY);
  if (fd < 0) return -1;
  const long got = openat(fd, "target", O_RDWR);
  close(fd);
  return closed(got);
}
static long try_openat2(void) {
  struct open_how how = {.flags = O_RDWR};
  return closed(syscall(SYS_openat2, AT_FDCWD, in(outside, "target"), &how, sizeof(how)));
}
// A descriptor without rights is opened again by its name in /proc.
static long try_reopen(void) {
  char path[64];
  const int fd = open(in(outside, "target"), O_PATH);
  if (fd < 0) return -1;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long got = open(path, O_RDWR);
  close(fd);
  return closed(got);
}
static long try_symlink(void) {
  const char* link = in(inside, "link");
  if (symlink(in(outside, "target"), link) != 0) return -1;
  return closed(open(link, O_RDWR));
}
static long try_folder_link(void) {
  if (symlink(outside, in(inside, "folder-link")) != 0) return -1;
  return closed(open(in(inside, "folder-link/made-through-link"), O_CREAT | O_WRONLY, 0600));
}
static long try_dots(void) {
  char path[1024];
  snprintf(path, sizeof(path), "%s/../../../%s/target", inside, outside + 1);
  return closed(open(path, O_RDWR));
}
static long try_tmpfile(void) { return closed(open(outside, O_TMPFILE | O_RDWR, 0600)); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(open),    ACT(read),        ACT(list),    ACT(create),        ACT(creat),
    ACT(append),  ACT(openat),      ACT(openat2), ACT(reopen),        ACT(symlink),
    ACT(tmpfile), ACT(folder_link), ACT(dots),    ACT(read_truncate), {NULL, NULL},
};

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  outside = argv[1];
  inside = argv[2];
  return try_all(acts, argv + 3);
}
