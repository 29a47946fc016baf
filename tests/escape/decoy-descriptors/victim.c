// runc CVE-2024-21626: thirty descriptors are open at launch, folders, sockets and processes among
// them.
#define _GNU_SOURCE
#include <sys/socket.h>
#include "../attack.h"

// Descriptors beside the three that everybody has.
static long try_leaked(void) {
  for (int fd = 3; fd < 1024; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) return 0;
  }
  errno = EBADF;
  return -1;
}
// A folder among them is a way out past every name.
static long try_folder(void) {
  for (int fd = 3; fd < 64; ++fd) {
    if (closed(openat(fd, "passwd", O_RDONLY)) >= 0) return 0;
  }
  return -1;
}

static const struct act acts[] = {ACT(leaked), ACT(folder), {NULL, NULL}};

// decoy-descriptors leak COMMAND…: opens decoys and becomes the command.
static int leak(char** command) {
  for (int i = 0; i < 10; ++i) {
    open(i % 2 == 0 ? "/etc" : "/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
    socket(AF_UNIX, SOCK_STREAM, 0);
    fcntl((int)syscall(SYS_pidfd_open, getpid(), 0), F_SETFD, 0);
  }
  execvp(command[0], command);
  return 3;
}

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[1], "leak") == 0) return leak(argv + 2);
  return attack(argc, argv, acts);
}
