// A datagram to a forbidden peer, from sockets that are connected to an allowed one and from such
// that are not.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers udp;

static long tried(int family, struct at to, int connected) {
  const int fd = socket(family, SOCK_DGRAM, 0);
  if (connected) connect_to(fd, at4(ALLOWED, udp.port));
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, send_to(fd, to)));
}
static long try_plain(void) { return tried(AF_INET, at4(FORBIDDEN, udp.port), 0); }
static long try_connected(void) { return tried(AF_INET, at4(FORBIDDEN, udp.port), 1); }
static long try_mapped(void) { return tried(AF_INET6, at6("::ffff:" FORBIDDEN, udp.port), 0); }
static long try_crossed(void) { return tried(AF_INET6, at4(FORBIDDEN, udp.port), 0); }
// udp(7) takes AF_UNSPEC for AF_INET.
static long try_unspec(void) {
  struct at to = at4(FORBIDDEN, udp.port);
  to.any.sa_family = AF_UNSPEC;
  return tried(AF_INET, to, 0);
}
static long try_unspec_connected(void) {
  struct at to = at4(FORBIDDEN, udp.port);
  to.any.sa_family = AF_UNSPEC;
  return tried(AF_INET, to, 1);
}
static long try_longer(void) {
  struct at to = at4(FORBIDDEN, udp.port);
  to.size = sizeof(to.room);
  return tried(AF_INET, to, 0);
}
static long try_empty(void) {
  const struct at to = at4(FORBIDDEN, udp.port);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  return closed_after(fd,
                      reached(udp.forbidden, SOCK_DGRAM, sendto(fd, "", 0, 0, &to.any, to.size)));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(plain),   ACT(connected), ACT(mapped),
                                  ACT(crossed), ACT(unspec),    ACT(unspec_connected),
                                  ACT(longer),  ACT(empty),     {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  udp = two_peers(SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
