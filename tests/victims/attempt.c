// Tries to gain something from the kernel: attempt FOLDER NAME… prints how each act ended.
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempt.h"

static const char* folder;

static long keep_closed(long fd) {
  if (fd >= 0) close((int)fd);
  return fd;
}

// ---- become somebody else

static long try_setuid(void) { return syscall(SYS_setuid, 0); }
static long try_setreuid(void) { return syscall(SYS_setreuid, 0, 0); }
static long try_setresuid(void) { return syscall(SYS_setresuid, 0, 0, 0); }
static long try_setgid(void) { return syscall(SYS_setgid, 0); }
static long try_setregid(void) { return syscall(SYS_setregid, 0, 0); }
static long try_setresgid(void) { return syscall(SYS_setresgid, 0, 0, 0); }
static long try_setgroups(void) {
  const gid_t root = 0;
  return syscall(SYS_setgroups, 1, &root);
}
// These two always "succeed": they return the id from before. -1 changes nothing.
static long changed(long call, long before) {
  if (before == -1) return -1;
  const long now = syscall(call, -1);
  errno = EPERM;
  return now == 0 ? 0 : -1;
}
static long try_setfsuid(void) { return changed(SYS_setfsuid, syscall(SYS_setfsuid, 0)); }
static long try_setfsgid(void) { return changed(SYS_setfsgid, syscall(SYS_setfsgid, 0)); }
static long try_capset(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct all[2] = {{1u << CAP_CHOWN, 1u << CAP_CHOWN, 0}, {0, 0, 0}};
  return syscall(SYS_capset, &header, all);
}

// ---- system calls that an application never needs

static long try_mount(void) {
  const long status = mount("tmpfs", folder, "tmpfs", 0, NULL);
  if (status == 0) umount2(folder, MNT_DETACH);
  return status;
}
static long try_chroot(void) { return chroot("/"); }
static long try_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static long try_bpf(void) {
  union bpf_attr attr = {0};
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = attr.value_size = 4;
  attr.max_entries = 1;
  return keep_closed(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}
static long try_keyctl(void) {
  return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1);
}
// An empty image is no module: ENOEXEC says that the kernel was willing.
static long try_init_module(void) {
  const long status = syscall(SYS_init_module, "", 0, "");
  return status < 0 && errno == ENOEXEC ? 0 : status;
}
static long try_perf_event_open(void) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr)};
  return keep_closed(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}
static long try_userfaultfd(void) { return keep_closed(syscall(SYS_userfaultfd, O_CLOEXEC)); }
static long try_memfd_create(void) { return keep_closed(syscall(SYS_memfd_create, "x", 0)); }
static long try_process_vm_readv(void) {
  char here = 0, there = 1;
  struct iovec to = {&here, 1}, from = {&there, 1};
  return syscall(SYS_process_vm_readv, getpid(), &to, 1, &from, 1, 0);
}
static long try_io_uring_setup(void) {
  struct io_uring_params params = {0};
  return keep_closed(syscall(SYS_io_uring_setup, 4, &params));
}
static long try_unknown_call(void) { return syscall(999); }

// ---- sockets

static long try_raw_socket(void) { return keep_closed(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }
static long try_packet_socket(void) { return keep_closed(socket(AF_PACKET, SOCK_RAW, 0)); }
static long try_netlink_audit(void) { return keep_closed(socket(AF_NETLINK, SOCK_RAW, 9)); }
static long try_mptcp_socket(void) { return keep_closed(socket(AF_INET, SOCK_STREAM, 262)); }
// A family in which only bits above the kernel's int differ from AF_INET.
static long try_high_bits_socket(void) {
  return keep_closed(syscall(SYS_socket, (1L << 32) | AF_PACKET, SOCK_RAW, 0));
}

// ---- processes and namespaces

static long reap(long pid) {
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid;
}
static long try_fork(void) { return reap(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
static long try_clone_user(void) {
  return reap(syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0));
}
static long try_clone3(void) {
  struct clone_args args = {.exit_signal = SIGCHLD};
  return reap(syscall(SYS_clone3, &args, sizeof(args)));
}
// In a child where the caller may have one, so that the namespaces of the other acts stay.
static long try_unshare(int flags) {
  const long pid = syscall(SYS_clone, SIGCHLD | CLONE_VFORK, 0, 0, 0, 0);
  if (pid < 0) return syscall(SYS_unshare, flags);
  if (pid == 0) _exit(syscall(SYS_unshare, flags) == 0 ? 0 : errno);
  int status = 0;
  waitpid((pid_t)pid, &status, 0);
  errno = WEXITSTATUS(status);
  return errno == 0 ? 0 : -1;
}
static long try_unshare_user(void) { return try_unshare(CLONE_NEWUSER); }
static long try_unshare_mount(void) { return try_unshare(CLONE_NEWNS); }

// ---- become visible again

static long try_set_dumpable(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static long try_raise_core(void) {
  const struct rlimit core = {0, RLIM_INFINITY};
  return setrlimit(RLIMIT_CORE, &core);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(setuid),
    ACT(setreuid),
    ACT(setresuid),
    ACT(setgid),
    ACT(setregid),
    ACT(setresgid),
    ACT(setgroups),
    ACT(setfsuid),
    ACT(setfsgid),
    ACT(capset),
    ACT(mount),
    ACT(chroot),
    ACT(ptrace),
    ACT(bpf),
    ACT(keyctl),
    ACT(init_module),
    ACT(userfaultfd),
    ACT(memfd_create),
    ACT(perf_event_open),
    ACT(process_vm_readv),
    ACT(io_uring_setup),
    ACT(unknown_call),
    ACT(raw_socket),
    ACT(packet_socket),
    ACT(netlink_audit),
    ACT(mptcp_socket),
    ACT(high_bits_socket),
    ACT(fork),
    ACT(clone_user),
    ACT(clone3),
    ACT(unshare_user),
    ACT(unshare_mount),
    ACT(set_dumpable),
    ACT(raise_core),
    {NULL, NULL},
};

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  folder = argv[1];
  return try_all(acts, argv + 2);
}
