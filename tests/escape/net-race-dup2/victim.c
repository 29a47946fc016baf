// dup2 puts another socket in the place of the one that is decided about, and the address changes
// as well.
#define _GNU_SOURCE
#include "../race.h"
static struct peers tcp, udp;
static struct at target;
static int place, kinds[2];

static void prepare(int argc, char** argv) {
  (void)argc, (void)argv;
  tcp = two_peers(SOCK_STREAM);
  udp = two_peers(SOCK_DGRAM);
  target = at4(ALLOWED, tcp.port);
  kinds[0] = socket(AF_UNIX, SOCK_DGRAM, 0);
  kinds[1] = socket(AF_INET, SOCK_DGRAM, 0);
  place = dup(kinds[1]);
}
static void flip(void) {
  for (;;) {
    dup2(kinds[0], place);
    target.v4.sin_port = htons((uint16_t)tcp.port);
    target.v4.sin_addr.s_addr = htonl(0x7f000002);
    const int fresh = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    dup2(fresh, place);
    close(fresh);
    target.v4.sin_addr.s_addr = htonl(0x7f000001);
    dup2(kinds[1], place);
    target.v4.sin_port = htons((uint16_t)udp.port);
    target.v4.sin_addr.s_addr = htonl(0x7f000002);
  }
}
static int try_round(void) {
  connect(place, &target.any, sizeof(target.v4));
  sendto(place, "data", 4, MSG_NOSIGNAL, &target.any, sizeof(target.v4));
  return taken(tcp, SOCK_STREAM) | taken(udp, SOCK_DGRAM);
}
