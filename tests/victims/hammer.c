// Makes refused calls from many threads.
//
//   hammer THREADS CALLS          each thread makes CALLS; prints how many were refused with EPERM
//   hammer THREADS CALLS profile  the same with SIGPROF at 1 kHz
//   hammer THREADS 0 exit         ends the process after 20 ms, in the middle of their calls
//   hammer ROUNDS 0 kill          as often: a child process that does so is killed after 2 ms
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long calls;
static atomic_long refused;
static atomic_long ticks;
static atomic_int finished;

// Asks only: harmless where it is allowed.
static int ask(void) { return personality(0xffffffff); }

static void* hammer(void* unused) {
  for (long i = 0; calls == 0 || i < calls; ++i) {
    if (ask() == -1 && errno == EPERM) ++refused;
  }
  ++finished;
  return unused;
}

static void on_tick(int signal) { (void)signal, ++ticks; }

static void wait_ms(long ms) {
  const struct timespec time = {0, ms * 1000000};
  nanosleep(&time, NULL);
}

static void kill_rounds(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const pid_t child = fork();
    if (child < 0) exit(3);
    if (child == 0) hammer(NULL);
    wait_ms(2);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
  }
}

// As a profiler does: the threads that make the calls are the ones interrupted. An interval timer
// would be no faster than the kernel's own tick.
static int profile(int threads) {
  struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPROF);
  if (sigaction(SIGPROF, &action, NULL) != 0) return 0;
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  while (finished < threads) {
    wait_ms(1);
    kill(getpid(), SIGPROF);
  }
  pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
  return 1;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  int threads = atoi(argv[1]);
  calls = atol(argv[2]);
  const char* mode = argc > 3 ? argv[3] : "";
  if (strcmp(mode, "kill") == 0) return kill_rounds(threads), 0;
  pthread_t* ids = calloc((size_t)threads, sizeof(*ids));
  for (int i = 0; i < threads; ++i) {
    if (pthread_create(&ids[i], NULL, hammer, NULL) != 0) return 3;
  }
  if (strcmp(mode, "exit") == 0) return wait_ms(20), 0;
  if (strcmp(mode, "profile") == 0 && !profile(threads)) return 3;
  for (int i = 0; i < threads; ++i) pthread_join(ids[i], NULL);
  printf("refused %ld ticks %ld\n", (long)refused, (long)ticks);
  free(ids);
  return 0;
}
