// Stands in for a service manager: binds the datagram socket argv[1], and prints each message, its lines joined by
// "; ". "ready" when it is bound.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, argv[1], sizeof(address.sun_path) - 1);
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) return 1;
  puts("ready");
  char message[8192];
  for (;;) {
    ssize_t size = recv(fd, message, sizeof(message), 0);
    if (size < 0) return 1;
    for (ssize_t i = 0; i < size; ++i) {
      if (message[i] == '\n') fputs("; ", stdout);
      else putchar(message[i]);
    }
    putchar('\n');
  }
}
