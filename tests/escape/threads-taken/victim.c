// Takes every thread that there is, and goes on asking for what the supervisor performs.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "attempt.h"

static const char* folder;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static void* wait_for_ever(void* unused) {
  pthread_mutex_lock(&held);
  return unused;
}
static long try_chmod(void) { return chmod(folder, 0755); }
static long try_bind(void) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  return bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr*)&at, sizeof(at.sun_family));
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(chmod), ACT(bind), {NULL, NULL}};

// OUTSIDE INSIDE ACT…
int main(int argc, char** argv) {
  if (argc < 3) return 2;
  folder = argv[2];
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  pthread_mutex_lock(&held);
  int taken = 0;
  pthread_t one;
  while (taken < 50000 && pthread_create(&one, &small, wait_for_ever, NULL) == 0) ++taken;
  printf("threads %d\n", taken);
  fflush(stdout);
  const int status = try_all(acts, argv + 3);
  printf("still here\n");
  fflush(stdout);
  _exit(status);
}
