// connect on a socket that waits, which is carried out in another thread: the address changes
// meanwhile.
#define _GNU_SOURCE
#include "../race.h"
static struct peers peers;
static struct at target;

static void prepare(int argc, char** argv) {
  (void)argc, (void)argv;
  peers = two_peers(SOCK_STREAM);
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
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  connect(fd, &target.any, sizeof(target.v4));
  drop(fd);
  return taken(peers, SOCK_STREAM);
}
