// Lengths that lie: what the supervisor copies is what the kernel would have taken, no more and no
// less.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers tcp, udp;

static long tried(int type, socklen_t size) {
  struct at to = at4(FORBIDDEN, type == SOCK_STREAM ? tcp.port : udp.port);
  const int fd = socket(AF_INET, type, 0);
  const long status =
      type == SOCK_STREAM ? connect(fd, &to.any, size) : sendto(fd, "data", 4, 0, &to.any, size);
  return closed_after(fd,
                      reached(type == SOCK_STREAM ? tcp.forbidden : udp.forbidden, type, status));
}
static long try_tcp_none(void) { return tried(SOCK_STREAM, 0); }
static long try_tcp_one(void) { return tried(SOCK_STREAM, 1); }
static long try_tcp_short(void) { return tried(SOCK_STREAM, 8); }
static long try_tcp_long(void) { return tried(SOCK_STREAM, 129); }
static long try_tcp_negative(void) { return tried(SOCK_STREAM, (socklen_t)-1); }
static long try_udp_short(void) { return tried(SOCK_DGRAM, 8); }
static long try_udp_long(void) { return tried(SOCK_DGRAM, 129); }
static long try_udp_negative(void) { return tried(SOCK_DGRAM, (socklen_t)-1); }
static long try_tcp_whole(void) { return tried(SOCK_STREAM, 16); }
static long try_udp_whole(void) { return tried(SOCK_DGRAM, 128); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(tcp_none),  ACT(tcp_one),      ACT(tcp_short),
                                  ACT(tcp_long),  ACT(tcp_negative), ACT(udp_short),
                                  ACT(udp_long),  ACT(udp_negative), ACT(tcp_whole),
                                  ACT(udp_whole), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  tcp = two_peers(SOCK_STREAM);
  udp = two_peers(SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
