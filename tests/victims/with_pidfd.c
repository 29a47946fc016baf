// Opens a descriptor of its parent process and executes what is named: with_pidfd COMMAND….
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const int fd = (int)syscall(SYS_pidfd_open, getppid(), 0);
  if (argc < 2 || fd < 0 || fcntl(fd, F_SETFD, 0) != 0) return 3;
  execv(argv[1], argv + 1);
  return 4;
}
