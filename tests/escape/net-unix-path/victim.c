// A UNIX socket that no rule names, and the ways to write its path: links, dots, the working
// folder, /proc.
#define _GNU_SOURCE
#include "../peers.h"

static const char* folder;
static int server;

static struct at in_folder(const char* name) {
  struct at at = {.size = sizeof(at.un)};
  at.un.sun_family = AF_UNIX;
  if (snprintf(at.un.sun_path, sizeof(at.un.sun_path), "%s/%s", folder, name) < 0) exit(3);
  return at;
}

static long tried(struct at to) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return closed_after(fd, reached(server, SOCK_STREAM, connect_to(fd, to)));
}
static long try_plain(void) { return tried(in_folder("secret.sock")); }
static long try_dots(void) { return tried(in_folder("listed/../secret.sock")); }
static long try_link(void) {
  const struct at link = in_folder("listed/link.sock");
  unlink(link.un.sun_path);
  if (symlink("../secret.sock", link.un.sun_path) != 0) return -1;
  return tried(link);
}
static long try_folder_link(void) {
  const struct at link = in_folder("listed/folder");
  unlink(link.un.sun_path);
  if (symlink("..", link.un.sun_path) != 0) return -1;
  return tried(in_folder("listed/folder/secret.sock"));
}
static long try_relative(void) {
  if (chdir(folder) != 0) return -1;
  return tried(at_path("secret.sock"));
}
static long try_relative_dots(void) {
  if (chdir(in_folder("listed").un.sun_path) != 0) return -1;
  return tried(at_path("../secret.sock"));
}
static long try_proc_cwd(void) {
  if (chdir(folder) != 0) return -1;
  return tried(at_path("/proc/self/cwd/secret.sock"));
}
static long try_proc_fd(void) {
  const int fd = open(in_folder("secret.sock").un.sun_path, O_PATH);
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  return closed_after(fd, tried(at_path(path)));
}
static long try_unterminated(void) {
  struct at to = in_folder("secret.sock");
  to.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(to.un.sun_path));
  return tried(to);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(plain),         ACT(dots),     ACT(link),    ACT(folder_link),  ACT(relative),
    ACT(relative_dots), ACT(proc_cwd), ACT(proc_fd), ACT(unterminated), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  folder = argv[1];
  if (mkdir(in_folder("listed").un.sun_path, 0700) != 0 && errno != EEXIST) give_up("mkdir");
  unlink(in_folder("secret.sock").un.sun_path);
  server = serve(in_folder("secret.sock"), SOCK_STREAM);
  return try_all(acts, argv + 2);
}
