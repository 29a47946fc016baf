// A program that no folder holds is executed: memfd_create, O_TMPFILE, a deleted file.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static void fill(int to) {
  static char block[65536];
  const int from = open("/proc/self/exe", O_RDONLY);
  for (ssize_t size; (size = read(from, block, sizeof(block))) > 0;) {
    if (write(to, block, (size_t)size) != size) break;
  }
  close(from);
}
// A file that is open for writing cannot be executed, so it is opened again.
static long run(int fd, int by_name) {
  char path[64];
  if (fd < 0) return -1;
  fill(fd);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const int again = open(path, O_RDONLY);
  close(fd);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", again);
  if (by_name) return execve(path, words + 3, none);
  return syscall(SYS_execveat, again, "", words + 3, none, AT_EMPTY_PATH);
}
static long memory(void) { return run((int)syscall(SYS_memfd_create, "x", 0), 0); }
static long try_memfd(void) { return apart(memory); }
static long memory_name(void) { return run((int)syscall(SYS_memfd_create, "x", 0), 1); }
static long try_memfd_by_name(void) { return apart(memory_name); }
static long secret(void) { return syscall(SYS_memfd_secret, 0) < 0 ? -1 : 0; }
static long try_memfd_secret(void) { return secret(); }
static long nameless(void) { return run(open(inside, O_TMPFILE | O_RDWR, 0700), 0); }
static long try_tmpfile(void) { return apart(nameless); }
static long nameless_name(void) { return run(open(inside, O_TMPFILE | O_RDWR, 0700), 1); }
static long try_tmpfile_by_name(void) { return apart(nameless_name); }

static const struct act acts[] = {ACT(memfd),   ACT(memfd_by_name),   ACT(memfd_secret),
                                  ACT(tmpfile), ACT(tmpfile_by_name), {NULL, NULL}};

int main(int argc, char** argv) { return argc < 2 ? 0 : attack(argc, argv, acts); }
