// The terminal is taken, left, resized and given another discipline.
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <termios.h>
#include "../attack.h"

static long try_size(void) {
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) != 0) return -1;
  return ioctl(0, TIOCSWINSZ, &size);
}
static long try_discipline(void) {
  int zero = 0;
  return ioctl(0, TIOCSETD, &zero);
}
static long try_foreground(void) {
  pid_t group = getpgrp();
  return ioctl(0, TIOCSPGRP, &group);
}
static long try_console(void) {
  const long status = ioctl(0, TIOCCONS, NULL);
  return status < 0 && errno == EBUSY ? 0 : status;
}
static long take(void) { return ioctl(0, TIOCSCTTY, 1); }
static long try_take(void) { return apart(take); }
static long leave(void) { return ioctl(0, TIOCNOTTY, NULL); }
static long try_leave(void) { return apart(leave); }
static long try_packets(void) {
  int on = 0;
  const long status = ioctl(0, TIOCPKT, &on);
  return status < 0 && errno == ENOTTY ? 0 : status;
}

static const struct act acts[] = {
    ACT(size), ACT(discipline), ACT(foreground), ACT(console),
    ACT(take), ACT(leave),      ACT(packets),    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
