// Another thread swaps the path between the check and the change of mode or times: 50,000 rounds.
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/stat.h>
#include "../attack.h"
#include "../checks_then_continues.h"

static char path[1024];
static volatile char* last;  // of the path: a is a file that may be changed, b a link to one that
                             // may not
static volatile int enough;
static void* swap(void* nothing) {
  while (!enough) *last = *last == 'a' ? 'b' : 'a';
  return nothing;
}
static long change_mode(void) { return syscall(SYS_fchmodat, AT_FDCWD, path, 0604); }
static long change_times(void) {
  const struct timespec times[2] = {{1000, 0}, {1000, 0}};
  return syscall(SYS_utimensat, AT_FDCWD, path, times, 0);
}
static struct stat target(void) {
  struct stat facts = {0};
  stat(in(outside, "target"), &facts);
  return facts;
}
static int has_mode(void) { return (target().st_mode & 07777) == 0604; }
static int has_times(void) { return target().st_mtim.tv_sec == 1000; }
static long race(long (*change)(void), int (*is_changed)(void)) {
  pthread_t thread;
  int won = 0, fine = 0;
  closed(open(in(inside, "a"), O_CREAT | O_WRONLY, 0600));
  if (symlink(in(outside, "target"), in(inside, "b")) != 0 && errno != EEXIST) return -1;
  snprintf(path, sizeof(path), "%s/a", inside);
  last = path + strlen(path) - 1;
  enough = 0;
  if (pthread_create(&thread, NULL, swap, NULL) != 0) return -1;
  for (int i = 0; i < 50000 && won == 0; ++i) {
    fine += change() == 0;
    won = is_changed();
  }
  enough = 1;
  pthread_join(thread, NULL);
  errno = fine > 0 ? EACCES : EIO;  // EIO: it never changed anything, which proves nothing
  return won > 0 ? 0 : -1;
}
static long try_mode(void) { return race(change_mode, has_mode); }
static long try_times(void) { return race(change_times, has_times); }

static const struct act acts[] = {ACT(mode), ACT(times), {NULL, NULL}};

// One act at a time: the control knows one call.
int main(int argc, char** argv) {
  if (argc > 4 && strcmp(argv[1], "checked") == 0) {
    ++argv, --argc;
    for (int i = 3; i < argc; ++i) {
      char* one[] = {argv[0], argv[1], argv[2], argv[i], NULL};
      const int times = strcmp(argv[i], "times") == 0;
      const pid_t child = fork();
      if (child == 0) {
        be_checked(times ? SYS_utimensat : SYS_fchmodat, 1, argv[2], 'a');
        _exit(attack(4, one, acts));
      }
      int status = 1;
      if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) return 1;
    }
    return 0;
  }
  return attack(argc, argv, acts);
}
