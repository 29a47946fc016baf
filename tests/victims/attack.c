// Turns against another process: attack TARGET SIGNAL NAME… prints how each act ended. TARGET is a
// process, "parent" or "grandparent": under nodeward the keeper and the supervisor. The first
// process has to be named: whose parents are gone must not turn against a machine's.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attempt.h"

#ifndef FIOSETOWN
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
#endif

static pid_t target;
static int signal_sent;

// ---- signals

static long try_kill(void) { return kill(target, signal_sent); }
static pid_t field_of(pid_t pid, const char* name);
static long try_kill_group(void) { return kill(-field_of(target, "NSpgid"), signal_sent); }
static long try_kill_everybody(void) { return kill(-1, signal_sent); }
static long try_tkill(void) { return syscall(SYS_tkill, target, signal_sent); }
static long try_tgkill(void) { return syscall(SYS_tgkill, target, target, signal_sent); }
static long try_sigqueue(void) {
  siginfo_t info = {.si_signo = signal_sent, .si_code = SI_QUEUE};
  return syscall(SYS_rt_sigqueueinfo, target, signal_sent, &info);
}
static long try_pidfd_signal(void) {
  const int fd = (int)syscall(SYS_pidfd_open, target, 0);
  return fd < 0 ? -1 : syscall(SYS_pidfd_send_signal, fd, signal_sent, NULL, 0);
}
// kill(2) takes the number of any thread for its process.
static pid_t other_thread(void) {
  char path[40];
  snprintf(path, sizeof(path), "/proc/%d/task", target);
  DIR* list = opendir(path);
  pid_t found = 0;
  for (struct dirent* entry; list != NULL && (entry = readdir(list)) != NULL;) {
    const pid_t thread = atoi(entry->d_name);
    if (thread > 0 && thread != target) found = thread;
  }
  if (list != NULL) closedir(list);
  return found;
}
static long try_kill_thread(void) {
  const pid_t thread = other_thread();
  if (thread == 0) return errno = ESRCH, -1;
  return kill(thread, signal_sent);
}

// ---- signals that the kernel sends for a descriptor

static int pair[2];
static long own(void) {
  if (pair[0] == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return -1;
  return pair[0];
}
static long try_setown(void) { return own() < 0 ? -1 : fcntl(pair[0], F_SETOWN, target); }
static long try_setown_ex(void) {
  struct f_owner_ex owner = {F_OWNER_PID, target};
  return own() < 0 ? -1 : fcntl(pair[0], F_SETOWN_EX, &owner);
}
static long try_fiosetown(void) { return own() < 0 ? -1 : ioctl(pair[0], FIOSETOWN, &target); }
static long try_siocspgrp(void) { return own() < 0 ? -1 : ioctl(pair[0], SIOCSPGRP, &target); }
static long try_setsig(void) { return own() < 0 ? -1 : fcntl(pair[0], F_SETSIG, signal_sent); }
static long try_async(void) {
  return own() < 0 ? -1 : fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK);
}
static long try_fioasync(void) {
  int on = 1;
  return own() < 0 ? -1 : ioctl(pair[0], FIOASYNC, &on);
}
// With an owner, a signal and O_ASYNC: what arrives here sends the signal there.
static long try_deliver(void) { return own() < 0 ? -1 : write(pair[1], "x", 1); }

// ---- limits and priorities

static long try_prlimit(void) {
  struct rlimit now;
  if (syscall(SYS_prlimit64, target, RLIMIT_CPU, NULL, &now) != 0) return -1;
  return syscall(SYS_prlimit64, target, RLIMIT_CPU, &now, NULL);
}
static long try_setpriority(void) { return setpriority(PRIO_PROCESS, (id_t)target, 19); }
static long try_setpriority_user(void) { return setpriority(PRIO_USER, getuid(), 19); }
static long try_setaffinity(void) {
  unsigned long one = 1;
  return syscall(SYS_sched_setaffinity, target, sizeof(one), &one);
}
static long try_setscheduler(void) {
  const struct sched_param none = {0};
  return syscall(SYS_sched_setscheduler, target, SCHED_BATCH, &none);
}
static long try_setattr(void) {
  // struct sched_attr of linux/sched/types.h, whose sched_param is sched.h's too.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attr = {.size = sizeof(attr), .policy = SCHED_BATCH, .nice = 19};
  return syscall(SYS_sched_setattr, target, &attr, 0);
}
static long try_ioprio(void) { return syscall(SYS_ioprio_set, 1, target, 3 << 13); }

// ---- memory and descriptors

static long try_ptrace(void) {
  const long status = ptrace(PTRACE_SEIZE, target, NULL, NULL);
  if (status == 0) ptrace(PTRACE_INTERRUPT, target, NULL, NULL);
  return status;
}
static long try_read_memory(void) {
  char byte;
  struct iovec here = {&byte, 1}, there = {(void*)0x400000, 1};
  const long status = syscall(SYS_process_vm_readv, target, &here, 1, &there, 1, 0);
  return status < 0 && errno == EFAULT ? 0 : status;  // permitted; nothing is mapped there
}
static long try_pidfd_getfd(void) {
  const int fd = (int)syscall(SYS_pidfd_open, target, 0);
  return fd < 0 ? -1 : syscall(SYS_pidfd_getfd, fd, 1, 0);
}
static long open_of(const char* file, int flags) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/%s", target, file);
  const int fd = open(path, flags);
  if (fd >= 0) close(fd);
  return fd;
}
static long try_mem(void) { return open_of("mem", O_RDWR); }
static long try_maps(void) { return open_of("maps", O_RDONLY); }
static long try_environ(void) { return open_of("environ", O_RDONLY); }
static long try_fds(void) { return open_of("fd", O_RDONLY | O_DIRECTORY); }
static long try_root(void) { return open_of("root/", O_RDONLY | O_DIRECTORY); }
static long try_oom_score(void) { return open_of("oom_score_adj", O_WRONLY); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(kill),
    ACT(kill_group),
    ACT(kill_everybody),
    ACT(kill_thread),
    ACT(tkill),
    ACT(tgkill),
    ACT(sigqueue),
    ACT(pidfd_signal),
    ACT(setown),
    ACT(setown_ex),
    ACT(fiosetown),
    ACT(siocspgrp),
    ACT(setsig),
    ACT(async),
    ACT(fioasync),
    ACT(deliver),
    ACT(prlimit),
    ACT(setpriority),
    ACT(setpriority_user),
    ACT(setaffinity),
    ACT(setscheduler),
    ACT(setattr),
    ACT(ioprio),
    ACT(ptrace),
    ACT(read_memory),
    ACT(pidfd_getfd),
    ACT(mem),
    ACT(maps),
    ACT(environ),
    ACT(fds),
    ACT(root),
    ACT(oom_score),
    {NULL, NULL},
};

// A number of /proc/PID/status. getpgid(2) would be one more refused call.
static pid_t field_of(pid_t pid, const char* name) {
  char path[40], line[256];
  snprintf(path, sizeof(path), "/proc/%d/status", pid);
  FILE* file = fopen(path, "re");
  int value = -1;
  while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0) value = atoi(line + strlen(name) + 1);
  }
  if (file != NULL) fclose(file);
  return value;
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  target = atoi(argv[1]);
  if (strcmp(argv[1], "parent") == 0) target = getppid();
  if (strcmp(argv[1], "grandparent") == 0) target = field_of(getppid(), "PPid");
  if (target < 1 || (target == 1 && strcmp(argv[1], "1") != 0))
    return fprintf(stderr, "no such target\n"), 2;
  signal_sent = atoi(argv[2]);
  return try_all(acts, argv + 3);
}
