// A UNIX socket's path changes while the call is decided.
#define _GNU_SOURCE
#include "../race.h"
static const char* folder;
static struct at target;
static int secret, listed;

static struct at in_folder(const char* name) {
  struct at at = {.size = sizeof(at.un)};
  at.un.sun_family = AF_UNIX;
  if (snprintf(at.un.sun_path, sizeof(at.un.sun_path), "%s/%s", folder, name) < 0) exit(3);
  return at;
}
static void prepare(int argc, char** argv) {
  if (argc < 2) exit(2);
  folder = argv[1];
  mkdir(in_folder("listed").un.sun_path, 0700);
  unlink(in_folder("secret.s").un.sun_path);
  unlink(in_folder("listed/s").un.sun_path);
  secret = serve(in_folder("secret.s"), SOCK_DGRAM);
  listed = serve(in_folder("listed/s"), SOCK_DGRAM);
  target = in_folder("listed/s");
}
static void flip(void) {
  const struct at one = in_folder("listed/s"), other = in_folder("secret.s");
  for (;;) {
    memcpy(target.un.sun_path, one.un.sun_path, sizeof(one.un.sun_path));
    stay();
    memcpy(target.un.sun_path, other.un.sun_path, sizeof(one.un.sun_path));
    stay();
  }
}
static int try_round(void) {
  static int fd = -1;
  if (fd < 0) fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  sendto(fd, "data", 4, MSG_DONTWAIT, &target.any, target.size);
  return taken((struct peers){listed, secret, 0}, SOCK_DGRAM);
}
