// New namespaces, in which an ordinary user would be root: unshare, clone, setns.
#define _GNU_SOURCE
#include <sched.h>
#include "../attack.h"

static long user_(void) { return syscall(SYS_unshare, CLONE_NEWUSER); }
static long try_unshare_user(void) { return apart(user_); }
static long mnt_(void) { return syscall(SYS_unshare, CLONE_NEWNS); }
static long try_unshare_mnt(void) { return apart(mnt_); }
static long pid_(void) { return syscall(SYS_unshare, CLONE_NEWPID); }
static long try_unshare_pid(void) { return apart(pid_); }
static long net_(void) { return syscall(SYS_unshare, CLONE_NEWNET); }
static long try_unshare_net(void) { return apart(net_); }
static long ipc_(void) { return syscall(SYS_unshare, CLONE_NEWIPC); }
static long try_unshare_ipc(void) { return apart(ipc_); }
static long uts_(void) { return syscall(SYS_unshare, CLONE_NEWUTS); }
static long try_unshare_uts(void) { return apart(uts_); }
static long cgroup_(void) { return syscall(SYS_unshare, CLONE_NEWCGROUP); }
static long try_unshare_cgroup(void) { return apart(cgroup_); }
static long time_(void) { return syscall(SYS_unshare, 0x80 /* CLONE_NEWTIME */); }
static long try_unshare_time(void) { return apart(time_); }
static long try_clone_user(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_clone_mnt(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_clone_pid(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_clone_net(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_clone_ipc(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_clone_uts(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_clone_cgroup(void) {
  const long pid = syscall(SYS_clone, CLONE_NEWCGROUP | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long join(void) {
  const int fd = open("/proc/self/ns/net", O_RDONLY);
  return syscall(SYS_setns, fd, 0);
}
static long try_setns(void) { return apart(join); }

static const struct act acts[] = {
    ACT(unshare_user), ACT(unshare_mnt),    ACT(unshare_pid),  ACT(unshare_net), ACT(unshare_ipc),
    ACT(unshare_uts),  ACT(unshare_cgroup), ACT(unshare_time), ACT(clone_user),  ACT(clone_mnt),
    ACT(clone_pid),    ACT(clone_net),      ACT(clone_ipc),    ACT(clone_uts),   ACT(clone_cgroup),
    ACT(setns),        {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
