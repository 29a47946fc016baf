// Another thread swaps the path between the check and the use of execve.
#define _GNU_SOURCE
#include <pthread.h>
#include "../attack.h"
#include "../checks_then_continues.h"

static char path[1024];
static volatile char* last;  // of the path: a may be executed, b is a link to what may not
static volatile int enough;
static void* swap(void* nothing) {
  while (!enough) *last = *last == 'a' ? 'b' : 'a';
  return nothing;
}
static char* const words[] = {"x", NULL};
static void once(void) {
  pthread_t thread;
  snprintf(path, sizeof(path), "%s/a", inside);
  last = path + strlen(path) - 1;
  if (pthread_create(&thread, NULL, swap, NULL) != 0) _exit(9);
  for (int i = 0; i < 50; ++i) syscall(SYS_execve, path, words, words + 1);
  _exit(8);
}
static long try_swap(void) {
  int fine = 0;
  for (int i = 0; i < 5000; ++i) {
    const long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid < 0) return -1;
    if (pid == 0) once();
    int status = 0;
    waitpid((pid_t)pid, &status, 0);
    if (WEXITSTATUS(status) == 7) return 0;
    fine += WEXITSTATUS(status) == 6;
  }
  errno = fine > 0 ? EACCES : EIO;  // EIO: nothing was ever started, which proves nothing
  return -1;
}

static const struct act acts[] = {ACT(swap), {NULL, NULL}};

// The programs that are started: the forbidden one ends with 7, the other with 6.
static int tell(void) {
  char own[1024] = "";
  if (readlink("/proc/self/exe", own, sizeof(own) - 1) < 0) return 5;
  return strstr(own, "/forbidden") != NULL ? 7 : 6;
}

int main(int argc, char** argv) {
  if (argc < 2) return tell();
  if (argc > 4 && strcmp(argv[1], "checked") == 0) {
    be_checked(SYS_execve, 0, argv[3], 'a');
    ++argv, --argc;
  }
  return attack(argc, argv, acts);
}
