// Speaks sd_notify(3) to $NOTIFY_SOCKET: each argument is one message. Says how each ended, then what it was given,
// and waits for SIGTERM.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int tell(const char *path, const char *message) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
  ssize_t sent = sendto(fd, message, strlen(message), 0, (struct sockaddr *)&address, sizeof(address));
  int error = sent < 0 ? errno : 0;
  close(fd);
  return error;
}

static const char *or_nothing(const char *value) { return value == NULL ? "-" : value; }

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, NULL);
  const char *path = getenv("NOTIFY_SOCKET");
  printf("socket %s\n", or_nothing(path));
  const char *watchdog = getenv("WATCHDOG_PID");
  printf("watchdog %s %d\n", or_nothing(getenv("WATCHDOG_USEC")), watchdog != NULL && atoi(watchdog) == getpid());
  const char *listen = getenv("LISTEN_PID");
  printf("listen %s %d\n", or_nothing(getenv("LISTEN_FDS")), listen != NULL && atoi(listen) == getpid());
  for (int i = 1; i < argc; ++i) printf("sent %d\n", tell(path == NULL ? "/nonexistent" : path, argv[i]));
  int signal = 0;
  sigwait(&stop, &signal);
  return 0;
}
