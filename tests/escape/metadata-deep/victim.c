// Modes, times and watches of a file whose path is too long to be read.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attempt.h"

static long try_chmod(void) { return chmod("deep", 0604); }
static long try_utimensat(void) {
  const struct timespec old[2] = {{1, 0}, {1, 0}};
  return utimensat(AT_FDCWD, "deep", old, 0);
}
static long try_watch(void) {
  return inotify_add_watch(inotify_init1(IN_CLOEXEC), "deep", IN_MODIFY) < 0 ? -1 : 0;
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(chmod), ACT(utimensat), ACT(watch), {NULL, NULL}};

// OUTSIDE INSIDE ACT…
int main(int argc, char** argv) {
  char place[4096];
  if (argc < 3 || snprintf(place, sizeof(place), "%s-deep", argv[1]) < 0) return 2;
  if (chdir(place) != 0) return 3;
  char name[241];
  memset(name, 'd', 240);
  name[240] = 0;
  for (int i = 0; i < 20; ++i) {
    if (chdir(name) != 0) return 3;
  }
  return try_all(acts, argv + 3);
}
