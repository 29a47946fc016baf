// TCP connections over loopback, one after the other, as libuv makes them: a non-blocking socket,
// connect(), wait, close. `listen` prints its port and takes them; `connect PORT COUNT` prints the
// median of what socket() and connect() together took, in nanoseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int fail(const char* what) {
  fprintf(stderr, "connects: %s: %s\n", what, strerror(errno));
  return 1;
}

static int take_all(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener, (struct sockaddr*)&address, size) != 0) return fail("bind");
  if (listen(listener, 4096) != 0) return fail("listen");
  getsockname(listener, (struct sockaddr*)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    const int taken = accept(listener, NULL, NULL);
    if (taken < 0) return fail("accept");
    close(taken);
  }
}

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

// What socket() and connect() took; -1 with errno when there is no connection.
static long connect_once(const struct sockaddr_in* address) {
  const long from = nanoseconds();
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int status = connect(fd, (const struct sockaddr*)address, sizeof(*address));
  const long took = nanoseconds() - from;
  if (status != 0 && errno != EINPROGRESS) return -1;
  struct pollfd connected = {.fd = fd, .events = POLLOUT};
  poll(&connected, 1, -1);
  socklen_t size = sizeof(errno);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size) != 0 || errno != 0) return -1;
  // Reset, so that no port is kept for the last packets of thousands.
  const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
  return took;
}

static int by_value(const void* a, const void* b) {
  const long x = *(const long*)a, y = *(const long*)b;
  return (x > y) - (x < y);
}

static int connect_all(int port, int count) {
  const struct sockaddr_in address = loopback(port);
  long* const took = calloc((size_t)count, sizeof(long));
  if (took == NULL) return fail("memory");
  for (int i = 0; i < count; ++i) {
    took[i] = connect_once(&address);
    if (took[i] < 0) return fail("connect");
  }
  qsort(took, (size_t)count, sizeof(long), by_value);
  printf("%ld\n", took[count / 2]);
  return 0;
}

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "listen") == 0) return take_all();
  if (argc == 4 && strcmp(argv[1], "connect") == 0 && atoi(argv[3]) > 0) {
    return connect_all(atoi(argv[2]), atoi(argv[3]));
  }
  fprintf(stderr, "usage: connects listen | connects connect PORT COUNT\n");
  return 2;
}
