// A race: one thread makes a call again and again, another one changes in memory what the call is
// about. `VICTIM race` answers `ok` when the forbidden peer was reached even once.
//
// `VICTIM supervise COMMAND…` is the control: a supervisor as it should not be. It is asked about
// the same calls, reads the address, and lets the kernel carry the call out, which reads it again.
//
// A folder's victim.c includes this and defines `prepare`, `flip` (for ever, in the other thread)
// and `round`, which answers what one try reached.
#pragma once

#include "peers.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

static void prepare(int argc, char** argv);
static void flip(void);
static int try_round(void);  // 1: the forbidden peer was reached

// ---- the supervisor that checks and continues

// By /proc: a container's own filter may refuse process_vm_readv.
static int read_of(pid_t pid, uint64_t from, void* to, size_t size) {
  char name[40];
  snprintf(name, sizeof(name), "/proc/%d/mem", pid);
  const int memory = open(name, O_RDONLY | O_CLOEXEC);
  const ssize_t got = pread(memory, to, size, (off_t)from);
  close(memory);
  return got > 0;
}

// What the call is about, as it was at this moment: whether a rule would forbid it.
static int forbidden_now(const struct seccomp_notif* call) {
  struct at at = {0};
  struct msghdr message = {0};
  uint64_t where = call->data.args[1];
  if (call->data.nr == SYS_sendto) where = call->data.args[4];
  if (call->data.nr == SYS_sendmsg || call->data.nr == SYS_sendmmsg) {
    if (!read_of((pid_t)call->pid, where, &message, sizeof(message))) return 1;
    where = (uint64_t)(uintptr_t)message.msg_name;
  }
  if (!read_of((pid_t)call->pid, where, &at.room, sizeof(at.un))) return 1;
  if (call->data.nr == SYS_bind) {  // a folder that is about UNIX sockets binds its peers
    return at.any.sa_family == AF_INET && ntohs(at.v4.sin_port) == 24874;
  }
  if (at.any.sa_family == AF_UNIX) {
    char real[512];
    const char* path = realpath(at.un.sun_path, real) != NULL ? real : at.un.sun_path;
    return strstr(path, "secret") != NULL;
  }
  if (at.any.sa_family != AF_INET) return at.any.sa_family != AF_UNSPEC;
  return at.v4.sin_addr.s_addr == at4(FORBIDDEN, 0).v4.sin_addr.s_addr;
}

static int filter_calls(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bind, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendto, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmmsg, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                      &program);
}

static int supervise(char** command) {
  int numbers[2], done[2];
  if (pipe(numbers) != 0 || pipe(done) != 0) give_up("pipe");
  // The table of descriptors is shared until the exec: the listener's number is enough.
  const pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
  if (child < 0) give_up("clone");
  if (child == 0) {
    const int listener = filter_calls();
    char byte;
    if (write(numbers[1], &listener, sizeof(listener)) < 0 || read(done[0], &byte, 1) != 1)
      _exit(3);
    execv(command[0], command);
    _exit(127);
  }
  int listener = -1;
  if (read(numbers[0], &listener, sizeof(listener)) < 0 || listener < 0) give_up("the filter");
  const int own = fcntl(listener, F_DUPFD_CLOEXEC, 100);
  if (write(done[1], "", 1) != 1) give_up("write");
  struct seccomp_notif call;
  while (memset(&call, 0, sizeof(call)), ioctl(own, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0) {
    struct seccomp_notif_resp answer = {.id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    if (forbidden_now(&call)) answer.flags = 0, answer.error = -EACCES;
    ioctl(own, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// ---- the race

static long rounds(void) {
  const char* deep = getenv("NODEWARD_DEEP");
  return deep != NULL && strcmp(deep, "1") == 0 ? 1000000 : 50000;
}

static void* flip_for_ever(void* unused) {
  flip();
  return unused;
}

// What was written stays for a moment: the compiler may not leave it out for being overwritten.
static void __attribute__((unused)) stay(void) {
  for (int i = 0; i < 200; ++i) __asm__ volatile("" ::: "memory");
}

// Closes without the wait that would use up the ports.
static void __attribute__((unused)) drop(int fd) {
  const struct linger none = {.l_onoff = 1};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  close(fd);
}

// Takes what came to both peers; whether it was the forbidden one.
static int __attribute__((unused)) taken(struct peers peers, int type) {
  char byte[64];
  int found = 0;
  for (int i = 0; i < 2; ++i) {
    const int peer = i == 0 ? peers.allowed : peers.forbidden;
    for (;;) {
      const int got = type == SOCK_STREAM ? accept4(peer, NULL, NULL, SOCK_CLOEXEC)
                                          : (int)recv(peer, byte, sizeof(byte), MSG_DONTWAIT);
      if (got < 0) break;
      if (type == SOCK_STREAM) drop(got);
      found |= i;
    }
  }
  return found;
}

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[1], "supervise") == 0) return supervise(argv + 2);
  prepare(argc, argv);
  pthread_t other;
  if (pthread_create(&other, NULL, flip_for_ever, NULL) != 0) give_up("a thread");
  long won = 0;
  for (long i = rounds(); i > 0 && won == 0; --i) won += try_round();
  printf("race %s\n", won > 0 ? "ok" : "EACCES");
  fflush(stdout);
  _exit(0);
}
