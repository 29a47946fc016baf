// Abstract names: what begins like a listed one, ends like it, or holds a NUL is another one.
#define _GNU_SOURCE
#include "../peers.h"

static int servers[8];

static struct at named(const char* name, size_t size) {
  struct at at = {.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + size)};
  at.un.sun_family = AF_UNIX;
  memcpy(at.un.sun_path + 1, name, size);
  return at;
}
static long tried(int turn, struct at to) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const int error = connect_to(fd, to) == 0 ? ENOMSG : errno;
  close(fd);
  if (came(servers[turn], SOCK_STREAM)) return 0;
  return errno = error, -1;
}
#define NAME "nodeward-escape"
static struct at names(int which) {
  switch (which) {
    case 0: return named(NAME "-other", sizeof(NAME "-other") - 1);
    case 1: return named(NAME, sizeof(NAME));  // with its NUL
    case 2: return named(NAME "\0evil", sizeof(NAME "\0evil") - 1);
    case 3: return named("\0" NAME, sizeof(NAME));
    default: return named("NODEWARD-ESCAPE", sizeof(NAME) - 1);
  }
}
static long try_longer(void) { return tried(0, names(0)); }
static long try_nul_after(void) { return tried(1, names(1)); }
static long try_nul_inside(void) { return tried(2, names(2)); }
static long try_nul_before(void) { return tried(3, names(3)); }
static long try_upper_case(void) { return tried(4, names(4)); }

#define ACT(name) {#name, try_##name}
static const struct act acts[] = {ACT(longer), ACT(nul_after), ACT(nul_inside), ACT(nul_before), ACT(upper_case), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  for (int i = 0; i < 5; ++i) servers[i] = serve(names(i), SOCK_STREAM);
  return try_all(acts, argv + 1);
}
