// Enters the kernel by another architecture's door: foreign i386|x32. Prints how it ended; SIGSEGV
// is what int 0x80 gets where the machine has no such door (some virtual ones).
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
static long i386_getpid(void) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
  return result;
}
#endif

static void no_door(int number) {
  (void)number;
  static const char line[] = "i386 SIGSEGV\n";
  _exit(write(1, line, sizeof(line) - 1) < 0);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  (void)argv;
  signal(SIGSEGV, no_door);
#if defined(__x86_64__)
  if (strcmp(argv[1], "i386") == 0)
    return printf("i386 %s\n", i386_getpid() == getpid() ? "ok" : "no"), 0;
  const long status = syscall(0x40000000L | SYS_getpid);
  printf("x32 %s\n", status == getpid() ? "ok" : strerrorname_np(errno));
  return 0;
#else
  return 77;
#endif
}
