// A UNIX socket is a file: bound where no rule lets the application write, it would be one that
// others trust.
#define _GNU_SOURCE
#include "../peers.h"

static const char* folder;

static long bound(const char* name, int type) {
  struct at at = {.size = sizeof(at.un)};
  at.un.sun_family = AF_UNIX;
  if (snprintf(at.un.sun_path, sizeof(at.un.sun_path), "%s/%s", folder, name) < 0) return -1;
  const int fd = socket(AF_UNIX, type, 0);
  const long status = bind(fd, &at.any, at.size);
  if (status == 0) unlink(at.un.sun_path);
  return closed_after(fd, status);
}
static long try_stream(void) { return bound("made.sock", SOCK_STREAM); }
static long try_datagram(void) { return bound("made.sock", SOCK_DGRAM); }
static long try_dots(void) { return bound("folder/../made.sock", SOCK_STREAM); }
static long try_relative(void) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const struct at at = at_path("made.sock");
  if (chdir(folder) != 0) return closed_after(fd, -1);
  const long status = bind(fd, &at.any, at.size);
  if (status == 0) unlink("made.sock");
  return closed_after(fd, status);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(stream), ACT(datagram), ACT(dots), ACT(relative), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  folder = argv[1];
  return try_all(acts, argv + 2);
}
