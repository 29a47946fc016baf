// Another thread swaps the path between the check and the use of an opening: 50,000 rounds.
#define _GNU_SOURCE
#include <pthread.h>
#include "../attack.h"
#include "../checks_then_continues.h"

static char path[1024];
static volatile char*
    last;  // of the path: a is a file that may be written, b a link to one that may not
static volatile int enough;
static void* swap(void* nothing) {
  while (!enough) *last = *last == 'a' ? 'b' : 'a';
  return nothing;
}
static int is_forbidden(int fd) {
  char name[64], target[1024] = "";
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  if (readlink(name, target, sizeof(target) - 1) < 0) return 0;
  return strncmp(target, outside, strlen(outside)) == 0;
}
static long race(int flags) {
  pthread_t thread;
  int won = 0, fine = 0;
  closed(open(in(inside, "a"), O_CREAT | O_WRONLY, 0600));
  if (symlink(in(outside, "target"), in(inside, "b")) != 0 && errno != EEXIST) return -1;
  snprintf(path, sizeof(path), "%s/a", inside);
  last = path + strlen(path) - 1;
  enough = 0;
  if (pthread_create(&thread, NULL, swap, NULL) != 0) return -1;
  for (int i = 0; i < 50000 && won == 0; ++i) {
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
    if (fd < 0) continue;
    won += is_forbidden(fd);
    ++fine;
    close(fd);
  }
  enough = 1;
  pthread_join(thread, NULL);
  errno = fine > 0 ? EACCES : EIO;  // EIO: it never opened anything, which proves nothing
  return won > 0 ? 0 : -1;
}
static long try_write(void) { return race(O_WRONLY); }
static long try_both(void) { return race(O_RDWR); }

static const struct act acts[] = {ACT(write), ACT(both), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc > 4 && strcmp(argv[1], "checked") == 0) {
    be_checked(SYS_openat, 1, argv[3], 'a');
    ++argv, --argc;
  }
  return attack(argc, argv, acts);
}
