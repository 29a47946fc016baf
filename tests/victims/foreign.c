// Enters the kernel by another architecture's door: foreign i386|x32. Prints how it ended.
#define _GNU_SOURCE
#include <errno.h>
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

int main(int argc, char** argv) {
  if (argc != 2) return 2;
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
