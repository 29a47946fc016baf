// bind: the port changes while the call is decided.
#define _GNU_SOURCE
#include "../race.h"
static struct at target;

static void prepare(int argc, char** argv) {
  (void)argc, (void)argv;
  target = at4(ALLOWED, 24873);
}
static void flip(void) {
  volatile in_port_t* port = &target.v4.sin_port;
  for (;;) {
    *port = htons(24873);
    stay();
    *port = htons(24874);
    stay();
  }
}
static int try_round(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int bound = bind(fd, &target.any, sizeof(target.v4)) == 0 && port_of(fd) == 24874;
  close(fd);
  return bound;
}
