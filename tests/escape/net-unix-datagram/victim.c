// A datagram to a socket that no rule names, as to /dev/log: by its address, and by connect.
#define _GNU_SOURCE
#include "../peers.h"

static const char* folder;
static int server;

static struct at in_folder(const char* name) {
  struct at at = {.size = sizeof(at.un)};
  at.un.sun_family = AF_UNIX;
  if (snprintf(at.un.sun_path, sizeof(at.un.sun_path), "%s/%s", folder, name) < 0) exit(3);
  return at;
}

static long tried(int type, int how) {
  struct at to = in_folder("log");
  const int fd = socket(AF_UNIX, type, 0);
  struct iovec part = {"data", 4};
  struct mmsghdr many = {
      .msg_hdr = {.msg_name = &to.any, .msg_namelen = to.size, .msg_iov = &part, .msg_iovlen = 1}};
  long status = -1;
  if (how == 0) status = send_to(fd, to);
  if (how == 1) status = message_to(fd, &to, 0);
  if (how == 2) status = sendmmsg(fd, &many, 1, 0);
  if (how == 3 && (status = connect_to(fd, to)) == 0) status = write(fd, "data", 4);
  return closed_after(fd, reached(server, SOCK_DGRAM, status));
}
static long try_sendto(void) { return tried(SOCK_DGRAM, 0); }
static long try_sendmsg(void) { return tried(SOCK_DGRAM, 1); }
static long try_sendmmsg(void) { return tried(SOCK_DGRAM, 2); }
static long try_connect(void) { return tried(SOCK_DGRAM, 3); }
static long try_pair(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return -1;
  const long status = send_to(pair[0], in_folder("log"));
  const int error = errno;
  close(pair[1]);
  errno = error;
  return closed_after(pair[0], reached(server, SOCK_DGRAM, status));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(sendto),  ACT(sendmsg), ACT(sendmmsg),
                                  ACT(connect), ACT(pair),    {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  folder = argv[1];
  unlink(in_folder("log").un.sun_path);
  server = serve(in_folder("log"), SOCK_DGRAM);
  return try_all(acts, argv + 2);
}
