// Large parts of the kernel that an application never needs: keys, BPF, tracing, faults, messages.
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include "../attack.h"

static long try_add_key(void) {
  return syscall(SYS_add_key, "user", "nodeward-escape", "x", 1, KEY_SPEC_PROCESS_KEYRING);
}
static long try_keyctl(void) {
  return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1);
}
static long try_bpf(void) {
  union bpf_attr attr = {
      .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  return closed(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}
static long try_perf(void) {
  struct perf_event_attr attr = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .exclude_kernel = 1};
  return closed(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}
static long try_faults(void) { return closed(syscall(SYS_userfaultfd, O_CLOEXEC | 1)); }
static long try_fanotify(void) { return closed(syscall(SYS_fanotify_init, 0x200, O_RDONLY)); }
static long try_messages(void) { return syscall(SYS_msgget, 0, 01600); }
static long try_shared_memory(void) { return syscall(SYS_shmget, 0, 4096, 01600); }
static long try_semaphores(void) { return syscall(SYS_semget, 0, 1, 01600); }
static long try_queue(void) {
  const long status = syscall(SYS_mq_open, "nodeward-escape", O_CREAT | O_RDWR, 0600, NULL);
  if (status >= 0) syscall(SYS_mq_unlink, "nodeward-escape");
  return closed(status);
}
static long try_splice(void) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  struct {
    char* base;
    size_t size;
  } piece = {"x", 1};
  return syscall(SYS_vmsplice, ends[1], &piece, 1, 0);
}
#ifndef SYS_modify_ldt  // no other processor has such tables
#define SYS_modify_ldt (-1)
#endif
static long try_tables(void) { return syscall(SYS_modify_ldt, 0, NULL, 0); }
static long try_other_machine(void) {
  return syscall(SYS_personality, 0x0040000 /* ADDR_NO_RANDOMIZE */);
}
static long try_secret_memory(void) { return closed(syscall(SYS_memfd_secret, 0)); }
static long try_remap(void) {
  char* page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return syscall(SYS_process_madvise, -1, page, 1, 0, 0) < 0 && errno == EBADF ? 0 : -1;
}

static const struct act acts[] = {
    ACT(add_key),       ACT(keyctl),        ACT(bpf),      ACT(perf),
    ACT(faults),        ACT(fanotify),      ACT(messages), ACT(shared_memory),
    ACT(semaphores),    ACT(queue),         ACT(splice),   ACT(tables),
    ACT(other_machine), ACT(secret_memory), ACT(remap),    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
