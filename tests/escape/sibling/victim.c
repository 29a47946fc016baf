// CVE-2017-5206 and its like: a child of its own is traced, its memory written, its descriptors
// taken.
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include "../attack.h"

static char word[8];
static pid_t child(void) {
  static pid_t pid;
  if (pid == 0) {
    pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
      for (int i = 0; i < 200; ++i) poll(NULL, 0, 100);
      _exit(0);
    }
  }
  return pid;
}
static long try_read(void) {
  struct iovec here = {word, 8};
  return syscall(SYS_process_vm_readv, child(), &here, 1, &here, 1, 0);
}
static long try_write(void) {
  struct iovec here = {word, 8};
  return syscall(SYS_process_vm_writev, child(), &here, 1, &here, 1, 0);
}
static long try_descriptor(void) {
  const int fd = (int)syscall(SYS_pidfd_open, child(), 0);
  return fd < 0 ? -1 : closed(syscall(SYS_pidfd_getfd, fd, 1, 0));
}
static long try_compare(void) { return syscall(SYS_kcmp, getpid(), child(), 0, 0, 0) < 0 ? -1 : 0; }
static long try_trace(void) {
  const long status = ptrace(PTRACE_SEIZE, child(), NULL, NULL);
  kill(child(), SIGKILL);
  return status;
}

static const struct act acts[] = {
    ACT(read), ACT(write), ACT(descriptor), ACT(compare), ACT(trace), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
