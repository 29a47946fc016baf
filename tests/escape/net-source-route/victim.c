// Options that route a packet past the address that was judged.
#define _GNU_SOURCE
#include "../peers.h"

#ifndef IPV6_RTHDR
#define IPV6_RTHDR 57
#endif
static struct peers udp;

static long option(int family, int level, int name, const void* value, socklen_t size) {
  const int fd = socket(family, SOCK_DGRAM, 0);
  return closed_after(fd, setsockopt(fd, level, name, value, size));
}
static const unsigned char record[8] = {7, 7, 4, 0, 0, 0, 0, 0};   // IP: record the route
static const unsigned char padding[8] = {0, 0, 1, 4, 0, 0, 0, 0};  // IPv6: a header of padding
static long try_ip_options(void) { return option(AF_INET, IPPROTO_IP, IP_OPTIONS, record, 8); }
static long try_pktoptions(void) { return option(AF_INET6, IPPROTO_IPV6, 6, padding, 0); }
static long try_transparent(void) {
  const int off = 0;
  return option(AF_INET, IPPROTO_IP, 19 /* IP_TRANSPARENT */, &off, sizeof(off));
}
static long control(int level, int type, const void* data, size_t size) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct at to = at4(ALLOWED, udp.port);
  char room[CMSG_SPACE(64)] = {0};
  struct iovec part = {"data", 4};
  struct msghdr message = {.msg_name = &to.any,
                           .msg_namelen = to.size,
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = room,
                           .msg_controllen = CMSG_SPACE(size)};
  struct cmsghdr* entry = CMSG_FIRSTHDR(&message);
  entry->cmsg_level = level;
  entry->cmsg_type = type;
  entry->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(entry), data, size);
  return closed_after(fd, reached(udp.allowed, SOCK_DGRAM, sendmsg(fd, &message, 0)));
}
static long try_retopts(void) { return control(IPPROTO_IP, IP_RETOPTS, record, 8); }
static long try_timestamping(void) {
  const unsigned flags = 0;
  return control(SOL_SOCKET, 37 /* SO_TIMESTAMPING */, &flags, sizeof(flags));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(ip_options), ACT(pktoptions),   ACT(transparent),
                                  ACT(retopts),    ACT(timestamping), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  udp = two_peers(SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
