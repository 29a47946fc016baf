// Ports that the list does not have: by each family and transport, and by letting the kernel
// choose.
#define _GNU_SOURCE
#include "../peers.h"

static long bound(struct at at, int family, int type, int listens) {
  const int fd = socket(family, type, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  long status = bind(fd, &at.any, at.size);
  if (status == 0 && listens) status = listen(fd, 1);
  return closed_after(fd, status);
}
static long try_tcp(void) { return bound(at4(ALLOWED, 24871), AF_INET, SOCK_STREAM, 1); }
static long try_udp(void) { return bound(at4(ALLOWED, 24871), AF_INET, SOCK_DGRAM, 0); }
static long try_six(void) { return bound(at6("::1", 24871), AF_INET6, SOCK_STREAM, 1); }
static long try_mapped(void) {
  return bound(at6("::ffff:127.0.0.1", 24871), AF_INET6, SOCK_STREAM, 1);
}
// bind(2) takes AF_UNSPEC with 0.0.0.0 for AF_INET.
static long try_unspec(void) {
  struct at at = at4("0.0.0.0", 24871);
  at.any.sa_family = AF_UNSPEC;
  return bound(at, AF_INET, SOCK_STREAM, 1);
}
static long try_chosen(void) { return bound(at4(ALLOWED, 0), AF_INET, SOCK_STREAM, 1); }
static long try_chosen_late(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  const struct at at = at4(ALLOWED, 0);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  if (bind(fd, &at.any, at.size) != 0) return closed_after(fd, -1);
  return closed_after(fd, listen(fd, 1));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(tcp),    ACT(udp),    ACT(six),         ACT(mapped),
                                  ACT(unspec), ACT(chosen), ACT(chosen_late), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
