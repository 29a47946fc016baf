// Makes refused calls about ever new names: namer COUNT. Each name is long and full of control
// bytes, so that it grows when it is escaped.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

int main(int argc, char** argv) {
  static char name[4000];
  const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
  long refused = 0;
  for (long i = 0; i < count; ++i) {
    memset(name, '\033', sizeof(name) - 1);
    const int length = snprintf(name, 32, "%ld", i);
    name[length] = '\033';
    if (mount(name, "/nowhere", "ext4", 0, NULL) != 0 && errno == EPERM) ++refused;
  }
  printf("%ld\n", refused);
  return 0;
}
