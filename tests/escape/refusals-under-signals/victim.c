// nsjail 0c95a1f: 32 threads are refused under a signal each millisecond, and end amid it: nothing
// hangs.
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/time.h>
#include "../attack.h"

static volatile sig_atomic_t signals;
static volatile int enough;
static const char* path;
static void count(int number) { signals += number > 0; }
static void* refuse(void* nothing) {
  while (!enough) closed(open(path, O_WRONLY));
  return nothing;
}
static long storm(void) {
  struct sigaction action = {.sa_handler = count};
  const struct itimerval often = {{0, 1000}, {0, 1000}};
  pthread_t threads[32];
  path = in(outside, "target");
  sigaction(SIGPROF, &action, NULL);
  setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
  setitimer(ITIMER_PROF, &often, NULL);
  for (int i = 0; i < 32; ++i) {
    if (pthread_create(&threads[i], NULL, refuse, NULL) != 0) return -1;
  }
  for (int i = 0; i < 50; ++i) poll(NULL, 0, 10);
  return 0;
}
static long try_storm(void) { return storm(); }

static const struct act acts[] = {ACT(storm), {NULL, NULL}};

// Ends while every thread waits for an answer.
int main(int argc, char** argv) {
  const int status = attack(argc, argv, acts);
  fflush(stdout);
  _exit(status);
}
