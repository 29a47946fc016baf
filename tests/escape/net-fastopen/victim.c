// Data in the first packet: MSG_FASTOPEN opens a connection without connect.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers tcp;

static long try_sendto(void) {
  const struct at to = at4(FORBIDDEN, tcp.port);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp.forbidden, SOCK_STREAM,
                                  sendto(fd, "data", 4, MSG_FASTOPEN, &to.any, to.size)));
}
static long try_sendmsg(void) {
  struct at to = at4(FORBIDDEN, tcp.port);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp.forbidden, SOCK_STREAM, message_to(fd, &to, MSG_FASTOPEN)));
}
static long try_sendmmsg(void) {
  struct at to = at4(FORBIDDEN, tcp.port);
  struct iovec part = {"data", 4};
  struct mmsghdr many = {
      .msg_hdr = {.msg_name = &to.any, .msg_namelen = to.size, .msg_iov = &part, .msg_iovlen = 1}};
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  return closed_after(fd,
                      reached(tcp.forbidden, SOCK_STREAM, sendmmsg(fd, &many, 1, MSG_FASTOPEN)));
}
static long try_option(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on));
  const long status = connect_to(fd, at4(FORBIDDEN, tcp.port));
  const int error = errno;
  if (send(fd, "data", 4, MSG_NOSIGNAL) < 0) errno = error;
  return closed_after(fd, reached(tcp.forbidden, SOCK_STREAM, status));
}
static long try_mapped(void) {
  const struct at to = at6("::ffff:" FORBIDDEN, tcp.port);
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  return closed_after(fd, reached(tcp.forbidden, SOCK_STREAM,
                                  sendto(fd, "data", 4, MSG_FASTOPEN, &to.any, to.size)));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(sendto), ACT(sendmsg), ACT(sendmmsg),
                                  ACT(option), ACT(mapped),  {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  tcp = two_peers(SOCK_STREAM);
  return try_all(acts, argv + 1);
}
