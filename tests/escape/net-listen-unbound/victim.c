// listen without bind takes any free port, on every address.
#define _GNU_SOURCE
#include "../peers.h"

static long listening(int family, int dissolve) {
  const int fd = socket(family, SOCK_STREAM, 0);
  const struct at unspec = {.any = {.sa_family = AF_UNSPEC}, .size = sizeof(unspec.v4)};
  if (dissolve) connect_to(fd, unspec);
  long status = listen(fd, 1);
  if (status == 0 && port_of(fd) == 0) status = -1;
  return closed_after(fd, status);
}
static long try_four(void) { return listening(AF_INET, 0); }
static long try_six(void) { return listening(AF_INET6, 0); }
static long try_dissolved(void) { return listening(AF_INET, 1); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(four), ACT(six), ACT(dissolved), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
