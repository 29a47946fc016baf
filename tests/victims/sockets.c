// Sockets by the hundred thousand, each in a way that could leave something behind in whoever keeps
// account of them: closed at once, replaced while they connect, held by a child that is killed.
// `sockets PORT`: prints "done" after it all, and "connected" after one ordinary connection; then
// waits for its standard input to end.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in server;
static atomic_int current = -1;
static atomic_int over;

static int try_connect(int fd) {
  return connect(fd, (const struct sockaddr*)&server, sizeof(server));
}

// Puts something else in the place of whatever connects just now.
static void* replace(void* null) {
  while (!atomic_load(&over)) {
    const int fd = atomic_load(&current);
    if (fd > 2) dup2(*(const int*)null, fd);
  }
  return NULL;
}

static void open_and_close(int rounds) {
  for (int i = 0; i < rounds; ++i) close(socket(AF_INET, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0));
}

static void connect_replaced(int rounds) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  pthread_t other;
  if (pthread_create(&other, NULL, replace, &null) != 0) exit(3);
  for (int i = 0; i < rounds; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    atomic_store(&current, fd);
    try_connect(fd);
    atomic_store(&current, -1);
    close(fd);
  }
  atomic_store(&over, 1);
  pthread_join(other, NULL);
}

static void killed_children(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const int shared = socket(AF_INET, SOCK_STREAM, 0);
    const pid_t child = fork();
    if (child < 0) exit(4);
    if (child == 0) {
      for (;;) {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        try_connect(fd);
        try_connect(shared);
        close(fd);
      }
    }
    try_connect(shared);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(shared);
  }
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  server.sin_family = AF_INET;
  server.sin_port = htons((unsigned short)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  open_and_close(100000);
  connect_replaced(5000);
  killed_children(200);
  puts("done");
  const int last = socket(AF_INET, SOCK_STREAM, 0);
  puts(try_connect(last) == 0 ? "connected" : "refused");
  fflush(stdout);
  char byte;
  return read(0, &byte, 1) == 0 ? 0 : 1;
}
