// Another thread than the first executes a shell.
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static int outcome;
static void* body(void* nothing) {
  execve("/bin/sh", words, none);
  outcome = errno;
  return nothing;
}
static long threaded(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, NULL) != 0) return -1;
  pthread_join(thread, NULL);
  errno = outcome;
  return -1;
}
static long try_thread(void) { return apart(threaded); }

static const struct act acts[] = {
    ACT(thread),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
