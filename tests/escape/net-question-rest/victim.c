// Bytes that are added to a question after it was looked at: a datagram that is being gathered
// (MSG_MORE, UDP_CORK) takes whatever is written next.
#define _GNU_SOURCE
#include <netinet/udp.h>

#include "../names.h"

static long gathered(int connected, int cork) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, off = 0;
  struct at to = at4(SERVER, 53);
  char text[512];
  const size_t size = ask(text, "db.internal");
  if (cork && setsockopt(fd, IPPROTO_UDP, UDP_CORK, &on, sizeof(on)) != 0) {
    return closed_after(fd, -1);
  }
  if (connected && connect_to(fd, to) != 0) return closed_after(fd, -1);
  const int flags = cork ? 0 : MSG_MORE;
  const long first =
      sendto(fd, text, size, flags, connected ? NULL : &to.any, connected ? 0 : to.size);
  if (first < 0) return closed_after(fd, -1);
  const char rest[] = "what nobody looked at";
  const long second = write(fd, rest, sizeof(rest));
  if (cork) setsockopt(fd, IPPROTO_UDP, UDP_CORK, &off, sizeof(off));
  if (second < 0) return closed_after(fd, -1);
  // The server answers with the size of what came: all of it, or the question alone.
  const long came_size = answered(fd);
  if (came_size < 0) return closed_after(fd, -1);
  if ((size_t)came_size > size) return closed_after(fd, 0);
  return errno = EMSGSIZE, closed_after(fd, -1);
}
static long try_more(void) { return gathered(0, 0); }
static long try_more_connected(void) { return gathered(1, 0); }
static long try_cork(void) { return gathered(0, 1); }
static long try_cork_connected(void) { return gathered(1, 1); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(more), ACT(more_connected), ACT(cork), ACT(cork_connected), {NULL, NULL}};
int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
