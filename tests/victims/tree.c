// A tree that does not want to end: tree NAME KIND… Every process calls itself NAME, ignores what
// can be ignored and waits; prints "ready" once all are there. KINDs: child, daemon (forked twice,
// a session of its own), stopped (a child that stopped itself), chain (forks and ends, for ever),
// hops (a chain with a new session each time), group (a group of its own), orphans (100 that end at
// once, their parent before them); "end" ends the main process.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready[2];

static void stay(void) {
  if (write(ready[1], "x", 1) != 1) _exit(1);
  for (;;) poll(NULL, 0, -1);
}

static pid_t fork_or_end(void) {
  const pid_t pid = fork();
  if (pid < 0) {
    perror("fork");
    _exit(1);
  }
  return pid;
}

static void be_daemon(void) {
  setsid();
  if (fork_or_end() != 0) _exit(0);
  setsid();
  stay();
}

static void be_chain(int hop) {
  if (write(ready[1], "x", 1) != 1) _exit(1);
  for (;;) {
    const pid_t pid = fork();
    if (pid > 0) _exit(0);
    if (pid == 0 && hop) setsid();
  }
}

static void be_orphans(void) {
  for (int i = 0; i < 100; ++i) {
    if (fork_or_end() == 0) _exit(0);
  }
  if (write(ready[1], "x", 1) != 1) _exit(1);
  _exit(0);
}

static void be(const char* kind) {
  if (strcmp(kind, "child") == 0) stay();
  if (strcmp(kind, "daemon") == 0) be_daemon();
  if (strcmp(kind, "chain") == 0) be_chain(0);
  if (strcmp(kind, "hops") == 0) be_chain(1);
  if (strcmp(kind, "orphans") == 0) be_orphans();
  if (strcmp(kind, "group") == 0) {
    setpgid(0, 0);
    stay();
  }
  if (strcmp(kind, "stopped") == 0) {
    if (write(ready[1], "x", 1) != 1) _exit(1);
    raise(SIGSTOP);
    for (;;) poll(NULL, 0, -1);
  }
  _exit(2);
}

int main(int argc, char** argv) {
  if (argc < 2 || pipe(ready) != 0) return 2;
  prctl(PR_SET_NAME, argv[1]);
  for (int number = 1; number < 32; ++number) {
    if (number != SIGCHLD) signal(number, SIG_IGN);
  }
  int kinds = 0;
  int ends = 0;
  for (int i = 2; i < argc; ++i) {
    if (strcmp(argv[i], "end") == 0) {
      ends = 1;
      continue;
    }
    if (fork_or_end() == 0) be(argv[i]);
    ++kinds;
  }
  char byte;
  for (int i = 0; i < kinds; ++i) {
    if (read(ready[0], &byte, 1) != 1) return 2;
  }
  puts("ready");
  fflush(stdout);
  if (ends) return 0;
  for (;;) poll(NULL, 0, -1);
}
