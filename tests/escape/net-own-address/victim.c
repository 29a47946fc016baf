// 0.0.0.0 is "this machine": the kernel takes the sender's own address for it, so that a socket
// that is bound to a forbidden address would reach that.
#include "../peers.h"

static struct peers udp, tcp;

static long bound_send(struct at to, struct at from, int how) {
  const int fd = socket(from.any.sa_family, SOCK_DGRAM, 0);
  if (bind(fd, &from.any, from.size) != 0) return closed_after(fd, -1);
  struct mmsghdr many = {0};
  struct iovec part = {"data", 4};
  long status = -1;
  if (how == 0) status = send_to(fd, to);
  if (how == 1) status = message_to(fd, &to, 0);
  if (how == 2) {
    many.msg_hdr.msg_name = &to.any;
    many.msg_hdr.msg_namelen = to.size;
    many.msg_hdr.msg_iov = &part;
    many.msg_hdr.msg_iovlen = 1;
    status = sendmmsg(fd, &many, 1, 0);
  }
  if (how == 3) {
    status = connect_to(fd, to);
    if (status == 0) status = send(fd, "data", 4, 0);
  }
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, status));
}

static long try_sendto(void) { return bound_send(at4("0.0.0.0", udp.port), at4(FORBIDDEN, 0), 0); }
static long try_sendmsg(void) { return bound_send(at4("0.0.0.0", udp.port), at4(FORBIDDEN, 0), 1); }
static long try_sendmmsg(void) {
  return bound_send(at4("0.0.0.0", udp.port), at4(FORBIDDEN, 0), 2);
}
static long try_connect(void) { return bound_send(at4("0.0.0.0", udp.port), at4(FORBIDDEN, 0), 3); }
static long try_pktinfo(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct at to = at4("0.0.0.0", udp.port);
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
  inet_pton(AF_INET, FORBIDDEN, &info.ipi_spec_dst);
  memcpy(CMSG_DATA(entry), &info, sizeof(info));
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, sendmsg(fd, &message, 0)));
}
static long try_tcp(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const struct at from = at4(FORBIDDEN, 0), to = at4("0.0.0.0", tcp.port);
  if (bind(fd, &from.any, from.size) != 0) return closed_after(fd, -1);
  return closed_after(fd, reached(tcp.forbidden, SOCK_STREAM, connect_to(fd, to)));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(sendto),  ACT(sendmsg), ACT(sendmmsg), ACT(connect),
                                  ACT(pktinfo), ACT(tcp),     {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  udp = two_peers(SOCK_DGRAM);
  tcp = two_peers(SOCK_STREAM);
  return try_all(acts, argv + 1);
}
