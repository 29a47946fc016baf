// runc CVE-2019-5736: the launcher or the own program is overwritten, and executed, through /proc.
#define _GNU_SOURCE
#include <sys/stat.h>
#include "../attack.h"

static long opened(const char* file, int flags) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%s", file);
  return closed(open(path, flags));
}
static const char* parent(const char* file) {
  static char path[64];
  static int process;  // the child of apart() asks again
  if (process == 0) process = getppid();
  snprintf(path, sizeof(path), "%d/%s", process, file);
  return path;
}
// ETXTBSY: only that it runs stands between; runc's attacker waited for its end.
static long try_write_self(void) { return opened("self/exe", O_WRONLY); }
static long try_write_parent(void) { return opened(parent("exe"), O_WRONLY); }
static long try_read_parent(void) { return opened(parent("exe"), O_RDONLY); }
static long try_hold_parent(void) { return opened(parent("exe"), O_PATH); }
static long execute_parent(void) {
  char path[80];
  char* const none[] = {"x", NULL};
  snprintf(path, sizeof(path), "/proc/%s", parent("exe"));
  return execve(path, none, none);
}
static long try_execute_parent(void) { return apart(execute_parent); }

static const struct act acts[] = {
    ACT(write_self),  ACT(write_parent),   ACT(read_parent),
    ACT(hold_parent), ACT(execute_parent), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
