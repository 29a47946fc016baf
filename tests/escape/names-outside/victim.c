// Names are made and removed where no rule lets them: folders, links, pipes, sockets.
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "../attack.h"

static long try_mkdir(void) { return mkdir(in(outside, "made"), 0700); }
static long try_mkdirat(void) { return mkdirat(AT_FDCWD, in(outside, "made2"), 0700); }
static long try_symlink(void) { return symlink("/etc/passwd", in(outside, "link")); }
static long try_fifo(void) { return mkfifo(in(outside, "pipe"), 0600); }
static long try_socket(void) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  snprintf(name.sun_path, sizeof(name.sun_path), "%s/s", outside);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const long status = bind(fd, (struct sockaddr*)&name, sizeof(name));
  close(fd);
  return status;
}
static long try_unlink(void) { return unlink(in(outside, "target")); }
static long try_rmdir(void) { return rmdir(in(outside, "folder")); }
static long try_at_folder(void) {
  const int fd = open(outside, O_PATH | O_DIRECTORY);
  if (fd < 0) return -1;
  const long status = mkdirat(fd, "made3", 0700);
  close(fd);
  return status;
}
static long try_from_there(void) {
  if (chdir(outside) != 0) return -1;
  return mkdir("made4", 0700);
}

static const struct act acts[] = {
    ACT(mkdir),  ACT(mkdirat), ACT(symlink),   ACT(fifo),       ACT(socket),
    ACT(unlink), ACT(rmdir),   ACT(at_folder), ACT(from_there), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
