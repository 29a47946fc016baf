// The same machine by its other family: a rule on 127.0.0.1 is none on ::1.
#define _GNU_SOURCE
#include "../peers.h"

static int tcp6, udp6;

static long try_tcp(void) {
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp6, SOCK_STREAM, connect_to(fd, at6("::1", port_of(tcp6)))));
}
static long try_any(void) {
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp6, SOCK_STREAM, connect_to(fd, at6("::", port_of(tcp6)))));
}
static long try_udp(void) {
  const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  return closed_after(fd, reached(udp6, SOCK_DGRAM, send_to(fd, at6("::1", port_of(udp6)))));
}
static long try_udp_any(void) {
  const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  return closed_after(fd, reached(udp6, SOCK_DGRAM, send_to(fd, at6("::", port_of(udp6)))));
}
// 24 bytes are enough for the kernel: struct sockaddr_in6 without its scope.
static long try_short(void) {
  struct at to = at6("::1", port_of(tcp6));
  to.size = 24;
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp6, SOCK_STREAM, connect_to(fd, to)));
}
static long try_scoped(void) {
  struct at to = at6("::1", port_of(tcp6));
  to.v6.sin6_scope_id = 1;
  to.v6.sin6_flowinfo = htonl(0x000fffff);
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp6, SOCK_STREAM, connect_to(fd, to)));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(tcp),   ACT(any),    ACT(udp),    ACT(udp_any),
                                  ACT(short), ACT(scoped), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  tcp6 = serve(at6("::1", 0), SOCK_STREAM);
  udp6 = serve(at6("::1", 0), SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
