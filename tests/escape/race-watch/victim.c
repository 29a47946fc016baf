// Another thread swaps the path between the check and the watch: 50,000 rounds.
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/inotify.h>
#include "../attack.h"
#include "../checks_then_continues.h"

static char path[1024];
static volatile char* last;  // of the path: a is a file that may be read, b a link to one that may
                             // not
static volatile int enough;
static void* swap(void* nothing) {
  while (!enough) *last = *last == 'a' ? 'b' : 'a';
  return nothing;
}
// One object has one number in an instance: another number is another object.
static long try_watch(void) {
  pthread_t thread;
  int won = 0, fine = 0;
  const int instance = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  closed(open(in(inside, "a"), O_CREAT | O_WRONLY, 0600));
  if (symlink(in(outside, "target"), in(inside, "b")) != 0 && errno != EEXIST) return -1;
  const int own = inotify_add_watch(instance, in(inside, "a"), IN_ATTRIB);
  if (own < 0) return -1;
  snprintf(path, sizeof(path), "%s/a", inside);
  last = path + strlen(path) - 1;
  if (pthread_create(&thread, NULL, swap, NULL) != 0) return -1;
  for (int i = 0; i < 50000 && won == 0; ++i) {
    const int got = inotify_add_watch(instance, path, IN_ATTRIB);
    fine += got == own;
    won = got >= 0 && got != own;
  }
  enough = 1;
  pthread_join(thread, NULL);
  close(instance);
  errno = fine > 0 ? EACCES : EIO;  // EIO: it never watched anything, which proves nothing
  return won > 0 ? 0 : -1;
}

static const struct act acts[] = {ACT(watch), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc > 4 && strcmp(argv[1], "checked") == 0) {
    be_checked(SYS_inotify_add_watch, 1, argv[3], 'a');
    ++argv, --argc;
  }
  return attack(argc, argv, acts);
}
