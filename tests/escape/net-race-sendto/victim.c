// sendto: the address changes while the call is decided.
#define _GNU_SOURCE
#include "../race.h"
static struct peers peers;
static struct at target;

static void prepare(int argc, char** argv) {
  (void)argc, (void)argv;
  peers = two_peers(SOCK_DGRAM);
  target = at4(ALLOWED, peers.port);
}
static void flip(void) {
  for (;;) {
    target.v4.sin_addr.s_addr = htonl(0x7f000001);
    atomic_signal_fence(memory_order_seq_cst);
    stay();
    target.v4.sin_addr.s_addr = htonl(0x7f000002);
    atomic_signal_fence(memory_order_seq_cst);
    stay();
  }
}
static int try_round(void) {
  static int fd = -1;
  if (fd < 0) fd = socket(AF_INET, SOCK_DGRAM, 0);
  sendto(fd, "data", 4, 0, &target.any, sizeof(target.v4));
  return taken(peers, SOCK_DGRAM);
}
