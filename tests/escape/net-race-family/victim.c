// connect: the family changes, and with it what the rest of the address means.
#define _GNU_SOURCE
#include "../race.h"
static struct peers peers;
static struct at target;

static void prepare(int argc, char** argv) {
  (void)argc, (void)argv;
  peers = two_peers(SOCK_DGRAM);
  target = at4(FORBIDDEN, peers.port);
}
static void flip(void) {
  for (;;) {
    ((volatile struct sockaddr*)&target.any)->sa_family = AF_UNSPEC;
    stay();
    ((volatile struct sockaddr*)&target.any)->sa_family = AF_INET;
    stay();
  }
}
static int try_round(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (connect(fd, &target.any, sizeof(target.v4)) == 0 && write(fd, "data", 4) < 0) errno = 0;
  close(fd);
  return taken(peers, SOCK_DGRAM);
}
