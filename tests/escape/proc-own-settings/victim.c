// What a process may write of itself in /proc: mappings of users, the score of the killer,
// attributes.
#define _GNU_SOURCE
#include "../attack.h"

static long wrote(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY);
  if (fd < 0) return -1;
  const long status = write(fd, text, strlen(text));
  const int saved = errno;
  close(fd);
  errno = saved;
  return status;
}
static long try_oom_score(void) { return wrote("/proc/self/oom_score_adj", "900"); }
static long try_dump_filter(void) { return wrote("/proc/self/coredump_filter", "0x7f"); }
static long try_name(void) { return wrote("/proc/self/comm", "nodeward"); }
static long try_memory(void) { return closed(open("/proc/self/mem", O_RDWR)); }
static long try_soft_dirty(void) { return wrote("/proc/self/clear_refs", "1"); }
static long try_timer_slack(void) { return wrote("/proc/self/timerslack_ns", "1"); }

static const struct act acts[] = {
    ACT(oom_score),  ACT(dump_filter), ACT(name),    ACT(memory),
    ACT(soft_dirty), ACT(timer_slack), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
