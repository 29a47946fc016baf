// Takes every signal that can be taken and prints its number, one a line; ends after the first of
// number LAST, or SIGTERM, with code 0: listen [LAST]. First a line "ready".
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  const int last = argc > 1 ? atoi(argv[1]) : SIGTERM;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  for (;;) {
    const int number = sigwaitinfo(&all, NULL);
    if (number > 0) printf("%d\n", number);
    if (number == last) return 0;
  }
}
