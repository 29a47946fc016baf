// Many messages in one call: an allowed one in front does not open the door for the next.
#define _GNU_SOURCE
#include "../peers.h"

static struct peers udp;

static long tried(unsigned count, unsigned last) {
  static struct mmsghdr many[200];
  struct at allowed = at4(ALLOWED, udp.port), forbidden = at4(FORBIDDEN, udp.port);
  struct iovec part = {"data", 4};
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  for (unsigned i = 0; i < count; ++i) {
    many[i].msg_hdr = (struct msghdr){.msg_name = i == last ? &forbidden.any : &allowed.any,
                                      .msg_namelen = forbidden.size,
                                      .msg_iov = &part,
                                      .msg_iovlen = 1};
  }
  long done = 0, status = 0;
  while (done < count && (status = sendmmsg(fd, many + done, count - (unsigned)done, 0)) > 0) {
    done += status;
  }
  const int error = errno;
  came(udp.allowed, SOCK_DGRAM);
  errno = error;
  return closed_after(fd, reached(udp.forbidden, SOCK_DGRAM, status));
}
static long try_first(void) { return tried(1, 0); }
static long try_second(void) { return tried(2, 1); }
static long try_hundredth(void) { return tried(120, 100); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(first), ACT(second), ACT(hundredth), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  udp = two_peers(SOCK_DGRAM);
  return try_all(acts, argv + 1);
}
