// Names in a folder that no rule lets be listed are learned by watching it.
#define _GNU_SOURCE
#include <sys/inotify.h>
#include "../attack.h"

static long try_watch(void) {
  const int fd = inotify_init1(IN_NONBLOCK);
  const long status = inotify_add_watch(fd, outside, IN_CREATE | IN_OPEN | IN_ACCESS | IN_MODIFY);
  close(fd);
  return status;
}
static long try_watch_file(void) {
  const int fd = inotify_init1(IN_NONBLOCK);
  const long status = inotify_add_watch(fd, in(outside, "target"), IN_ACCESS | IN_MODIFY);
  close(fd);
  return status;
}

static const struct act acts[] = {
    ACT(watch),
    ACT(watch_file),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
