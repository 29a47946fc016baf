// sendmsg: the pointer to the address changes, not the address.
#define _GNU_SOURCE
#include "../race.h"
static struct peers peers;
static struct at allowed, forbidden;
static struct iovec part = {"data", 4};
static struct mmsghdr many[2];

static void prepare(int argc, char** argv) {
  (void)argc, (void)argv;
  peers = two_peers(SOCK_DGRAM);
  allowed = at4(ALLOWED, peers.port);
  forbidden = at4(FORBIDDEN, peers.port);
  for (int i = 0; i < 2; ++i) {
    many[i].msg_hdr = (struct msghdr){
        .msg_name = &allowed.any, .msg_namelen = allowed.size, .msg_iov = &part, .msg_iovlen = 1};
  }
}
static void flip(void) {
  void* volatile* name = &many[0].msg_hdr.msg_name;
  for (;;) {
    *name = &allowed.any;
    stay();
    *name = &forbidden.any;
    stay();
  }
}
static int try_round(void) {
  static int fd = -1;
  if (fd < 0) fd = socket(AF_INET, SOCK_DGRAM, 0);
  sendmsg(fd, &many[0].msg_hdr, 0);
  return taken(peers, SOCK_DGRAM);
}
