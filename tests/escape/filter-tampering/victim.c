// The application loosens what holds it: a listener of its own, dumpable, tracer, signals of its
// parent's end.
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include "../attack.h"

static struct sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
static const struct sock_fprog program = {1, allow};
static long quietly(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static long listener(void) {
  quietly();
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}
static long try_listener(void) { return apart(listener); }
static long filter(void) {
  quietly();
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
static long try_filter(void) { return apart(filter); }
static long strict_mode(void) { return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0); }
static long try_strict(void) {
  const long status = apart(strict_mode);  // bare, exit_group(2) is then what kills the child
  return status < 0 && errno == EINTR ? 0 : status;
}
static long try_dumpable(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static long try_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static long try_tracer(void) {
  const long status = prctl(PR_SET_PTRACER, -1, 0, 0, 0);
  return status < 0 && errno == EINVAL ? 0 : status;  // a kernel without Yama
}
static long try_death_signal(void) { return prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0); }
static long try_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
static long try_keep_capabilities(void) { return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); }
static long try_speculation(void) {
  const long status = prctl(PR_SET_SPECULATION_CTRL, 0, 2, 0, 0);
  return status < 0 && (errno == ENODEV || errno == ENXIO || errno == EPERM)
             ? errno == EPERM ? -1 : 0
             : status;
}
static long try_core_scheduling(void) {
  const long status = prctl(62 /* PR_SCHED_CORE */, 1, 0, 0, 0);
  return status < 0 && (errno == EINVAL || errno == ENODEV) ? 0 : status;
}
static long dispatch(void) { return prctl(59 /* PR_SET_SYSCALL_USER_DISPATCH */, 0, 0, 0, 0); }
static long try_dispatch(void) { return apart(dispatch); }

static const struct act acts[] = {
    ACT(listener),          ACT(filter),      ACT(strict),          ACT(dumpable),
    ACT(undumpable),        ACT(tracer),      ACT(death_signal),    ACT(subreaper),
    ACT(keep_capabilities), ACT(speculation), ACT(core_scheduling), ACT(dispatch),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
