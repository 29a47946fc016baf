// One process waits in a call that the supervisor carries out, for ever; another one goes on: its
// own connect must not wait. An act is `ok` when the other one was held up.
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>

#include "../peers.h"

static const char* folder;
static struct peers tcp;

// Answers 0 when a connect of this process took longer than a second: it was held up.
static long held_up(void) {
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  for (int i = 0; i < 20; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect_to(fd, at4(ALLOWED, tcp.port));
    close(fd);
  }
  clock_gettime(CLOCK_MONOTONIC, &after);
  const double took =
      (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
  return took > 1 ? 0 : (errno = ETIME, -1);
}

// Runs `block` in a process of its own, which says that it starts, gives it a moment, and looks.
static long while_blocked(void (*block)(int ready)) {
  int pipes[2];
  if (pipe(pipes) != 0) return -1;
  const pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    block(pipes[1]);
    _exit(0);
  }
  close(pipes[1]);
  char byte;
  while (read(pipes[0], &byte, 1) == 1) {
  }  // until nothing more can be done without waiting
  close(pipes[0]);
  const long status = held_up();
  const int error = errno;
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  errno = error;
  return status;
}

static void fill_unix(int ready, int type) {
  struct at at = at_path("");
  snprintf(at.un.sun_path, sizeof(at.un.sun_path), "%s/full-%d", folder, type);
  unlink(at.un.sun_path);
  const int server = socket(AF_UNIX, type, 0);
  if (bind(server, &at.any, at.size) != 0 || listen(server, 0) != 0) _exit(1);
  const int first = socket(AF_UNIX, type, 0), second = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
  connect_to(first, at);
  connect_to(second, at);
  const int waits = socket(AF_UNIX, type, 0);
  close(ready);
  connect_to(waits, at);
}
static void block_unix_stream(int ready) { fill_unix(ready, SOCK_STREAM); }
static void block_unix_seqpacket(int ready) { fill_unix(ready, SOCK_SEQPACKET); }
static void block_tcp_message(int ready) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect_to(fd, at4(ALLOWED, tcp.port)) != 0) _exit(1);
  static char much[60000];
  struct iovec part = {much, sizeof(much)};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  while (sendmsg(fd, &message, MSG_DONTWAIT) > 0) {
  }
  close(ready);
  sendmsg(fd, &message, 0);
}
static void block_unix_message(int ready) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) _exit(1);
  static char much[60000];
  struct iovec part = {much, sizeof(much)};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  while (sendmsg(pair[0], &message, MSG_DONTWAIT) > 0) {
  }
  close(ready);
  sendmsg(pair[0], &message, 0);
}
static void block_tcp_connect(int ready) {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const struct at any = at4(ALLOWED, 0);
  if (bind(server, &any.any, any.size) != 0 || listen(server, 0) != 0) _exit(1);
  const struct at at = at4(ALLOWED, port_of(server));
  for (int i = 0; i < 4; ++i) {
    connect_to(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), at);
  }
  for (int i = 0; i < 100; ++i) {
    if (fork() != 0) continue;
    close(server);
    close(ready);
    connect_to(socket(AF_INET, SOCK_STREAM, 0), at);
    _exit(0);
  }
  close(ready);
  wait(NULL);  // holds the listener while the others wait
}

static long try_unix_stream(void) { return while_blocked(block_unix_stream); }
static long try_unix_seqpacket(void) { return while_blocked(block_unix_seqpacket); }
static long try_tcp_message(void) { return while_blocked(block_tcp_message); }
static long try_unix_message(void) { return while_blocked(block_unix_message); }
static long try_tcp_connect(void) { return while_blocked(block_tcp_connect); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(unix_stream),  ACT(unix_seqpacket), ACT(tcp_message),
                                  ACT(unix_message), ACT(tcp_connect),    {NULL, NULL}};
int main(int argc, char** argv) {
  if (argc < 3) return 2;
  folder = argv[1];
  tcp = two_peers(SOCK_STREAM);
  return try_all(acts, argv + 2);
}
