// A script whose interpreter is not listed is executed where writing is allowed.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static const char* script(const char* name, const char* text) {
  const char* path = in(inside, name);
  const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0700);
  if (write(fd, text, strlen(text)) < 0) return NULL;
  close(fd);
  return path;
}
static long shell(void) { return execve(script("a", "#!/bin/sh\nexit 0\n"), words, none); }
static long try_shell_script(void) { return apart(shell); }
static long env(void) { return execve(script("b", "#!/usr/bin/env true\n"), words, none); }
static long try_env_script(void) { return apart(env); }

static const struct act acts[] = {
    ACT(shell_script),
    ACT(env_script),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
