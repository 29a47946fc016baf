// The right address and another port: the rule's port counts as well.
#define _GNU_SOURCE
#include "../peers.h"

static int peer, port;

static long open_to(struct at to, int family) {
  const int fd = socket(family, SOCK_STREAM, 0);
  return closed_after(fd, reached(peer, SOCK_STREAM, connect_to(fd, to)));
}
static long try_plain(void) { return open_to(at4(ALLOWED, port), AF_INET); }
static long try_any(void) { return open_to(at4("0.0.0.0", port), AF_INET); }
static long try_mapped(void) { return open_to(at6("::ffff:127.0.0.1", port), AF_INET6); }
static long try_mapped_any(void) { return open_to(at6("::ffff:0.0.0.0", port), AF_INET6); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(plain), ACT(any), ACT(mapped), ACT(mapped_any), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  peer = serve(at4(ALLOWED, 0), SOCK_STREAM);
  port = port_of(peer);
  return try_all(acts, argv + 1);
}
