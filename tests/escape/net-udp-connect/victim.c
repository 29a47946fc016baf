// A datagram socket connected to a forbidden peer, and what is sent without an address then.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers udp;

static long through(int family, struct at to, int how) {
  const int fd = socket(family, SOCK_DGRAM, 0);
  if (how == 3) connect_to(fd, at4(ALLOWED, udp.port));
  long status = connect_to(fd, to);
  const int error = errno;
  if (how == 0 || how == 3) send(fd, "data", 4, 0);
  if (how == 1 && write(fd, "data", 4) < 0) errno = error;
  if (how == 2) message_to(fd, NULL, 0);
  errno = error;
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, status));
}
static long try_send(void) { return through(AF_INET, at4(FORBIDDEN, udp.port), 0); }
static long try_write(void) { return through(AF_INET, at4(FORBIDDEN, udp.port), 1); }
static long try_sendmsg(void) { return through(AF_INET, at4(FORBIDDEN, udp.port), 2); }
static long try_again(void) { return through(AF_INET, at4(FORBIDDEN, udp.port), 3); }
static long try_mapped(void) { return through(AF_INET6, at6("::ffff:" FORBIDDEN, udp.port), 1); }
// An IPv4 address on an IPv6 socket.
static long try_crossed(void) { return through(AF_INET6, at4(FORBIDDEN, udp.port), 1); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(send),   ACT(write),   ACT(sendmsg), ACT(again),
                                  ACT(mapped), ACT(crossed), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  udp = two_peers(SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
