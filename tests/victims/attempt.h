// What the victims that try acts share: a table of acts, run one after the other.
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

// Returns -1 with errno set when it was refused, and at least 0 when it succeeded. An act that
// succeeds is undone or harmless, so that a bare run may try all of them.
struct act {
  const char* name;
  long (*run)(void);
};

// Prints "NAME ok" or "NAME EPERM" for each name.
static inline int try_all(const struct act* acts, char** names) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (; *names != NULL; ++names) {
    const struct act* act = acts;
    while (act->name != NULL && strcmp(act->name, *names) != 0) ++act;
    if (act->name == NULL) return fprintf(stderr, "no act \"%s\"\n", *names), 2;
    errno = 0;
    const long status = act->run();
    printf("%s %s\n", act->name, status >= 0 ? "ok" : strerrorname_np(errno));
  }
  return 0;
}
