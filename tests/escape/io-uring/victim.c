// A file is opened by the ring of io_uring, where no filter sees a call.
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include "../attack.h"

static long try_setup(void) {
  struct io_uring_params p = {0};
  return closed(syscall(SYS_io_uring_setup, 4, &p));
}
// One IORING_OP_OPENAT for the file, and its answer.
static long try_open(void) {
  struct io_uring_params p = {0};
  const int ring = (int)syscall(SYS_io_uring_setup, 4, &p);
  if (ring < 0) return -1;
  const size_t size = p.sq_off.array + p.sq_entries * 4 + p.cq_off.cqes + 64 * p.cq_entries;
  char* base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
  struct io_uring_sqe* sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
                                  MAP_SHARED, ring, IORING_OFF_SQES);
  if (base == MAP_FAILED || (void*)sqe == MAP_FAILED) return -1;
  *sqe = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .open_flags = O_RDWR};
  sqe->addr = (uintptr_t)in(outside, "target");
  *(uint32_t*)(base + p.sq_off.array) = 0;
  __atomic_store_n((uint32_t*)(base + p.sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -1;
  const struct io_uring_cqe* answer = (void*)(base + p.cq_off.cqes);
  errno = -answer->res;
  return closed(answer->res) < 0 ? -1 : 0;
}
static long try_enter(void) {  // EBADF: the kernel was willing
  const long status = syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0);
  return status < 0 && errno == EBADF ? 0 : status;
}
static long try_register(void) {
  const long status = syscall(SYS_io_uring_register, -1, IORING_REGISTER_BUFFERS, NULL, 0);
  return status < 0 && (errno == EBADF || errno == EINVAL) ? 0 : status;
}

static const struct act acts[] = {
    ACT(setup), ACT(open), ACT(enter), ACT(register), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
