// A second process starts a shell: fork, vfork, posix_spawn, clone3.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static int ended(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  errno = WEXITSTATUS(status);
  return errno == 0 ? 0 : -1;
}
static long try_fork(void) {
  const pid_t pid = fork();
  if (pid < 0) return -1;
  if (pid == 0) _exit(execve("/bin/sh", words, none) != 0 ? errno : 0);
  return ended(pid);
}
static long try_vfork(void) {
  const long pid = syscall(SYS_clone, 0x4000 /* CLONE_VFORK */ | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) return -1;
  if (pid == 0) _exit(execve("/bin/sh", words, none) != 0 ? errno : 0);
  return ended((pid_t)pid);
}
static long try_spawn(void) {
  pid_t pid = 0;
  const int status = posix_spawn(&pid, "/bin/sh", NULL, NULL, words, none);
  if (status != 0) return errno = status, -1;
  return ended(pid);
}
static long try_system(void) { return system("exit 0") == 0 ? 0 : -1; }
static long try_popen(void) {
  FILE* pipe = popen("exit 0", "r");
  return pipe == NULL ? -1 : pclose(pipe);
}

static const struct act acts[] = {
    ACT(fork), ACT(vfork), ACT(spawn), ACT(system), ACT(popen), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
