// The application makes Landlock rules of its own.
#define _GNU_SOURCE
#include <linux/landlock.h>
#include "../attack.h"

static long try_version(void) {
  return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}
static long try_ruleset(void) {
  const struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE};
  return closed(syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0));
}
static long try_rule(void) {  // EBADF: the kernel was willing
  const long status = syscall(SYS_landlock_add_rule, -1, LANDLOCK_RULE_PATH_BENEATH, NULL, 0);
  return status < 0 && (errno == EBADF || errno == EFAULT) ? 0 : status;
}
static long try_restrict(void) {
  const long status = syscall(SYS_landlock_restrict_self, -1, 0);
  return status < 0 && (errno == EBADF || errno == EPERM) ? errno == EBADF ? 0 : -1 : status;
}

static const struct act acts[] = {
    ACT(version), ACT(ruleset), ACT(rule), ACT(restrict), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
