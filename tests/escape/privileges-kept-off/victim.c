// no_new_privs is switched off again.
#define _GNU_SOURCE
#include <sys/prctl.h>
#include "../attack.h"

// 0 where programs may gain privileges.
static long try_privileges(void) {
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0) return 0;
  prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0) return 0;
  errno = EPERM;
  return -1;
}

static const struct act acts[] = {
    ACT(privileges),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
