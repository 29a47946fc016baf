// HostReport: what this kernel, container and user can enforce. A value, read once by
// host/probe.cc, the only place that asks the kernel; tests make their own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nodeward {

enum class CgroupVersion { kNone, kV1, kV2, kHybrid };  // hybrid: v1 controllers beside an empty v2

// One cgroup controller that nodeward could use.
struct CgroupController {
  std::string name;        // "memory"
  std::string mount;       // "/sys/fs/cgroup/memory"
  std::string path;        // where nodeward runs, below `mount`: "/" or "/system.slice/a.service"
  std::string membership;  // the same place as /proc/self/cgroup names it; differs in containers
  bool v2 = false;
  bool writable = false;  // a group of its own can be made below `path`
  std::string why_not;    // when not writable: "read-only file system"
};

// Limits that nodeward inherited from its surroundings; UINT64_MAX or 0 processors: none.
struct InheritedLimits {
  std::uint64_t memory = UINT64_MAX;
  std::uint64_t swap = UINT64_MAX;
  double cpu = 0;
  std::uint64_t pids = UINT64_MAX;
};

struct CgroupReport {
  CgroupVersion version = CgroupVersion::kNone;
  std::map<std::string, CgroupController> controllers;  // memory, cpu, pids
  InheritedLimits inherited;
  bool memsw = false;  // swap can be limited: v1 memory.memsw.*, v2 memory.swap.max
  bool kill = false;   // v2: cgroup.kill exists (Linux 5.14)
};

struct SeccompReport {
  bool filter = false;
  bool user_notif = false;     // Linux 5.0, and no other listener refused it
  bool sync_wake_up = false;   // Linux 6.6
  bool wait_killable = false;  // Linux 5.19
  int mode = 0;                // nodeward's own: 2 in a container
  int filters = 0;
  std::string why_no_notif;
};

// What a trial of namespaces came to: errno of each stage, 0 where it worked, -1 where it was not
// reached.
struct NamespaceReport {
  bool tried = false;
  bool in_user = false;  // tried inside a user namespace, for lack of CAP_SYS_ADMIN
  int user = -1;         // making that one
  int others = -1;       // PID, mount, IPC, UTS and network together
  int mounts = -1;       // a tmpfs, and a tree made read-only (mount_setattr(2), Linux 5.12)
  int proc = -1;         // an own /proc: refused where something covers parts of the present one
};

// `count` ids from `first` on, as they are called inside a user namespace.
struct IdRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

struct HostReport {
  std::string kernel_release;  // "6.1.0-32-cloud-amd64"
  int kernel_major = 0;
  int kernel_minor = 0;
  std::string machine;  // "x86_64"

  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::uint64_t cap_effective = 0;
  std::uint64_t cap_permitted = 0;
  std::uint64_t cap_bounding = 0;
  int last_capability = 40;
  bool no_new_privs = false;
  int securebits = 0;
  bool Has(int capability) const { return (cap_effective >> capability) & 1; }

  bool proc = true;  // a procfs at /proc, which shows nodeward itself
  bool pid1 = false;
  bool initial_user_namespace = true;
  bool initial_pid_namespace = true;
  std::string container;          // "docker", "podman", "kubernetes", "systemd-nspawn", or empty
  bool under_systemd = false;     // started as a unit
  bool setgroups_allowed = true;  // /proc/self/setgroups (user_namespaces(7))
  std::vector<IdRange> uids;      // those of this user namespace; empty: it is not known
  std::vector<IdRange> gids;
  int landlock_abi = 0;      // 0: none
  bool pidfd_getfd = false;  // Linux 5.6, and no filter of a container refuses it
  int yama_scope = -1;       // -1: not there
  bool legacy_tiocsti =
      true;  // dev.tty.legacy_tiocsti; true where the sysctl is absent (before 6.2)
  bool proc_children = false;  // /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN)

  std::uint64_t memory_total = 0;  // bytes
  std::uint64_t memory_available = 0;
  std::uint64_t swap_total = 0;
  unsigned processors = 1;
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> limits;  // RLIMIT_* -> soft, hard

  SeccompReport seccomp;
  CgroupReport cgroup;
  NamespaceReport namespaces;  // filled by ProbeNamespaces() alone
};

// Asks the kernel. Starts a short-lived child where an answer needs one (a filter with a listener).
HostReport ProbeHost();

// Tries namespaces in a short-lived child. Dear (it makes all of them), so only where a profile
// asks for one, and for `doctor`. `host` knows the capabilities already. Before any thread is made.
NamespaceReport ProbeNamespaces(const HostReport& host);

}  // namespace nodeward
