// Settings of the kernel and of the machine in /proc and /sys are opened for writing.
#define _GNU_SOURCE
#include "../attack.h"

static long opened(const char* path) { return closed(open(path, O_WRONLY)); }
static long try_core_pattern(void) { return opened("/proc/sys/kernel/core_pattern"); }
static long try_modprobe(void) { return opened("/proc/sys/vm/overcommit_memory"); }
static long try_sysrq(void) { return opened("/proc/sysrq-trigger"); }
static long try_cgroup(void) { return opened("/sys/fs/cgroup/cgroup.procs"); }
static long try_cgroup_v1(void) { return opened("/sys/fs/cgroup/memory/release_agent"); }
static long try_uevent(void) { return opened("/sys/kernel/uevent_helper"); }
static long try_ptrace_scope(void) { return opened("/proc/sys/fs/suid_dumpable"); }

static const struct act acts[] = {
    ACT(core_pattern), ACT(modprobe), ACT(sysrq),        ACT(cgroup),
    ACT(cgroup_v1),    ACT(uevent),   ACT(ptrace_scope), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
