// Uses up what is limited: eat memory MIB (touches that much; waits), eat children N (tries N
// forks, says how many were refused; the children wait), eat processor MS (computes that long).
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int eat_memory(long mib) {
  for (long i = 0; i < mib; ++i) {
    char* block = malloc(1 << 20);
    if (block == NULL) return 3;
    memset(block, 1, 1 << 20);
  }
  puts("eaten");
  return 0;
}

static int eat_children(long count) {
  long refused = 0;
  for (long i = 0; i < count; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      poll(NULL, 0, -1);
      _exit(0);
    }
    if (pid < 0 && errno == EAGAIN) ++refused;
  }
  printf("refused %ld\n", refused);
  return 0;
}

static int eat_processor(long ms) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const long end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < end);
  puts("computed");
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const long amount = atol(argv[2]);
  if (strcmp(argv[1], "memory") == 0) return eat_memory(amount);
  if (strcmp(argv[1], "children") == 0) return eat_children(amount);
  if (strcmp(argv[1], "processor") == 0) return eat_processor(amount);
  return 2;
}
