// A shell is copied to where writing is allowed, and executed there in every way.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static const char* copy(void) {
  static char path[1024];
  static char block[65536];
  snprintf(path, sizeof(path), "%s/copy", inside);
  const int to = open(path, O_CREAT | O_EXCL | O_WRONLY, 0700);
  const int from = open("/proc/self/exe", O_RDONLY);  // itself: what every host lets it read
  for (ssize_t size; to >= 0 && (size = read(from, block, sizeof(block))) > 0;) {
    if (write(to, block, (size_t)size) != size) break;
  }
  close(from);
  if (to >= 0) close(to);
  return path;
}
static long path_(void) { return execve(copy(), words + 3, none); }
static long try_path(void) { return apart(path_); }
static long by_fd(void) {
  const int fd = open(copy(), O_RDONLY);
  return syscall(SYS_execveat, fd, "", words + 3, none, AT_EMPTY_PATH);
}
static long try_descriptor(void) { return apart(by_fd); }
static long by_path_fd(void) {
  const int fd = open(copy(), O_PATH);
  return syscall(SYS_execveat, fd, "", words + 3, none, AT_EMPTY_PATH);
}
static long try_path_descriptor(void) { return apart(by_path_fd); }
static long by_proc(void) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", open(copy(), O_PATH));
  return execve(path, words + 3, none);
}
static long try_proc_fd(void) { return apart(by_proc); }
static long linked(void) {
  if (symlink(copy(), in(inside, "node")) != 0 && errno != EEXIST) return -1;
  return execve(in(inside, "node"), words + 3, none);
}
static long try_link(void) { return apart(linked); }

static const struct act acts[] = {ACT(path),    ACT(descriptor), ACT(path_descriptor),
                                  ACT(proc_fd), ACT(link),       {NULL, NULL}};

// The copy, which is told nothing, ends well.
int main(int argc, char** argv) { return argc < 2 ? 0 : attack(argc, argv, acts); }
