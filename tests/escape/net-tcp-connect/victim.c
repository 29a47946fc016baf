// A TCP connection to an address that no rule names, in each way that connect takes.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers tcp;

static long open_to(struct at to, int family, int flags) {
  const int fd = socket(family, SOCK_STREAM | flags, 0);
  return closed_after(fd, reached(tcp.forbidden, SOCK_STREAM, connect_to(fd, to)));
}
static long try_plain(void) { return open_to(at4(FORBIDDEN, tcp.port), AF_INET, 0); }
static long try_nonblocking(void) {
  return open_to(at4(FORBIDDEN, tcp.port), AF_INET, SOCK_NONBLOCK);
}
static long try_mapped(void) { return open_to(at6("::ffff:" FORBIDDEN, tcp.port), AF_INET6, 0); }
static long try_longer(void) {
  struct at to = at4(FORBIDDEN, tcp.port);
  to.size = sizeof(to.room);
  return open_to(to, AF_INET, 0);
}
static long try_twice(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const struct at unspec = {.any = {.sa_family = AF_UNSPEC}, .size = sizeof(unspec.v4)};
  connect_to(fd, at4(ALLOWED, tcp.port));
  connect_to(fd, unspec);
  return closed_after(
      fd, reached(tcp.forbidden, SOCK_STREAM, connect_to(fd, at4(FORBIDDEN, tcp.port))));
}
static long try_bound(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const struct at from = at4(FORBIDDEN, 0);
  if (bind(fd, &from.any, from.size) != 0) return closed_after(fd, -1);
  return closed_after(
      fd, reached(tcp.forbidden, SOCK_STREAM, connect_to(fd, at4(FORBIDDEN, tcp.port))));
}
static long try_protocol(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  return closed_after(
      fd, reached(tcp.forbidden, SOCK_STREAM, connect_to(fd, at4(FORBIDDEN, tcp.port))));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(plain), ACT(nonblocking), ACT(mapped),   ACT(longer),
                                  ACT(twice), ACT(bound),       ACT(protocol), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  tcp = two_peers(SOCK_STREAM);
  return try_all(acts, argv + 1);
}
