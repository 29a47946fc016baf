// What the attackers share beside victims/attempt.h: the folders that they are told, and acts that
// would change the attacker itself. main() is `return attack(argc, argv, acts)`.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempt.h"

#define ACT(name) \
  { #name, try_##name }

// argv[1] and argv[2]: the folder that no rule names, and one that may be written.
__attribute__((unused)) static const char *outside, *inside;

// FOLDER/NAME; the four last answers stay valid.
static inline const char* in(const char* folder, const char* name) {
  static char paths[4][1024];
  static int turn;
  turn = (turn + 1) % 4;
  snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", folder, name);
  return paths[turn];
}

static inline long closed(long fd) {
  if (fd >= 0) close((int)fd);
  return fd;
}

// In a child where there may be one, so that the acts after it find the attacker as it was.
static inline long apart(long (*run)(void)) {
  const long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) return run();
  if (pid == 0) _exit(run() >= 0 ? 0 : errno);
  int status = 0;
  waitpid((pid_t)pid, &status, 0);
  errno = WIFSIGNALED(status) ? EINTR : WEXITSTATUS(status);
  return errno == 0 ? 0 : -1;
}

static inline int attack(int argc, char** argv, const struct act* acts) {
  if (argc < 4) return 2;
  outside = argv[1];
  inside = argv[2];
  return try_all(acts, argv + 3);
}
