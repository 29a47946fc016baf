// Makes one system call that a confined application may not, COUNT times as fast as it can, and
// prints: calls refused with EPERM, nanoseconds taken. Both calls do no harm where they are
// allowed: they name nothing that exists.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long plain(void) { return syscall(SYS_swapoff, NULL); }

static long with_paths(void) {
  return syscall(SYS_mount, "/nonexistent/device", "/nonexistent/place", "ext4", 0, NULL);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: refused_loop plain|paths COUNT\n");
    return 2;
  }
  long (*const call)(void) = strcmp(argv[1], "paths") == 0 ? with_paths : plain;
  const long count = strtol(argv[2], NULL, 10);
  struct timespec from, to;
  long refused = 0;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long i = 0; i < count; ++i) {
    if (call() == -1 && errno == EPERM) ++refused;
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  const long took = (to.tv_sec - from.tv_sec) * 1000000000L + (to.tv_nsec - from.tv_nsec);
  printf("%ld %ld\n", refused, took);
  return 0;
}
