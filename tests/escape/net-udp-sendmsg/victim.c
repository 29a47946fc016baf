// The same by sendmsg: the address lies behind a pointer in a structure.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers udp;

static long tried(struct at to, int connected, int flags) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (connected) connect_to(fd, at4(ALLOWED, udp.port));
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, message_to(fd, &to, flags)));
}
static long try_plain(void) { return tried(at4(FORBIDDEN, udp.port), 0, 0); }
static long try_connected(void) { return tried(at4(FORBIDDEN, udp.port), 1, 0); }
static long try_confirm(void) { return tried(at4(FORBIDDEN, udp.port), 0, MSG_CONFIRM); }
static long try_unspec(void) {
  struct at to = at4(FORBIDDEN, udp.port);
  to.any.sa_family = AF_UNSPEC;
  return tried(to, 0, 0);
}
// sendmsg(2) cuts a longer name instead of refusing it.
static long try_cut(void) {
  struct at to = at4(FORBIDDEN, udp.port);
  to.size = 4000;
  return tried(to, 0, 0);
}
static long try_source(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct at to = at4(FORBIDDEN, udp.port);
  char room[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
  struct iovec part = {"data", 4};
  struct msghdr message = {.msg_name = &to.any,
                           .msg_namelen = to.size,
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = room,
                           .msg_controllen = sizeof(room)};
  struct cmsghdr* entry = CMSG_FIRSTHDR(&message);
  entry->cmsg_level = IPPROTO_IP;
  entry->cmsg_type = IP_PKTINFO;
  entry->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
  struct in_pktinfo info = {0};
  inet_pton(AF_INET, ALLOWED, &info.ipi_spec_dst);
  memcpy(CMSG_DATA(entry), &info, sizeof(info));
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, sendmsg(fd, &message, 0)));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(plain), ACT(connected), ACT(confirm), ACT(unspec),
                                  ACT(cut),   ACT(source),    {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  udp = two_peers(SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
