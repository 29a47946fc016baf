// The process becomes a shell, or another program of the machine.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static long sh(void) { return execve("/bin/sh", words, none); }
static long try_sh(void) { return apart(sh); }
static long true_(void) { return execve("/usr/bin/true", words, none); }
static long try_program(void) { return apart(true_); }
static long at(void) { return syscall(SYS_execveat, AT_FDCWD, "/bin/sh", words, none, 0); }
static long try_execveat(void) { return apart(at); }
static long relative(void) { return chdir("/bin") != 0 ? -1 : execve("./sh", words, none); }
static long try_relative(void) { return apart(relative); }
static long by_root(void) { return execve("/proc/self/root/bin/sh", words, none); }
static long try_proc_root(void) { return apart(by_root); }
static long high(void) { return syscall(SYS_execve | 1L << 32, "/bin/sh", words, none); }
static long try_high_bits(void) { return apart(high); }

static const struct act acts[] = {
    ACT(sh),        ACT(program),   ACT(execveat), ACT(relative),
    ACT(proc_root), ACT(high_bits), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
