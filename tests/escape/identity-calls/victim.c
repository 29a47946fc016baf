// Every call that changes who the process is.
#define _GNU_SOURCE
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

#define APART(name, what)                    \
  static long name##_(void) { return what; } \
  static long try_##name(void) { return apart(name##_); }

static const gid_t zero_group = 0;
static struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
static struct __user_cap_data_struct some[2] = {{1u << CAP_CHOWN, 1u << CAP_CHOWN, 0}, {0, 0, 0}};
APART(setuid, syscall(SYS_setuid, 0))
APART(setreuid, syscall(SYS_setreuid, 0, 0))
APART(setresuid, syscall(SYS_setresuid, 0, 0, 0))
APART(setgid, syscall(SYS_setgid, 0))
APART(setresgid, syscall(SYS_setresgid, 0, 0, 0))
APART(setgroups, syscall(SYS_setgroups, 1, &zero_group))
APART(capset, syscall(SYS_capset, &header, some))
APART(securebits, prctl(PR_SET_SECUREBITS, 0, 0, 0, 0))
APART(bounding, prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0))
APART(ambient, prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
// These two answer with the id from before; -1 changes nothing.
static long fsuid(void) {
  syscall(SYS_setfsuid, 0);
  return syscall(SYS_setfsuid, -1) == 0 ? 0 : (errno = EPERM, -1);
}
static long try_setfsuid(void) { return apart(fsuid); }

static const struct act acts[] = {ACT(setuid),    ACT(setreuid),  ACT(setresuid), ACT(setgid),
                                  ACT(setresgid), ACT(setgroups), ACT(capset),    ACT(securebits),
                                  ACT(bounding),  ACT(ambient),   ACT(setfsuid),  {NULL, NULL}};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
