// The command is executed once; it starts itself again, by its name and through /proc.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static long own(void) { return execve("/proc/self/exe", words + 3, none); }
static long try_proc_self(void) { return apart(own); }
static long thread(void) { return execve("/proc/thread-self/exe", words + 3, none); }
static long try_thread_self(void) { return apart(thread); }
static long named(void) {
  static char path[1024];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
  return size < 0 ? -1 : execve(path, words + 3, none);
}
static long try_name(void) { return apart(named); }

static const struct act acts[] = {ACT(proc_self), ACT(thread_self), ACT(name), {NULL, NULL}};

int main(int argc, char** argv) { return argc < 2 ? 0 : attack(argc, argv, acts); }
