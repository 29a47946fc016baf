#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "host/cgroup_probe.h"
#include "host/probe_parts.h"
#include "host/proc.h"
#include "host/report.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

// include/linux/proc_ns.h: the initial namespaces have fixed inode numbers.
constexpr ino_t kInitialUserNamespace = 0xEFFFFFFD;
constexpr ino_t kInitialPidNamespace = 0xEFFFFFFC;
// landlock_create_ruleset(2); Debian 12's headers have the number, but not every libc's do.
constexpr long kLandlockCreateRuleset = 444;
constexpr long kLandlockVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION

void ProbeKernel(HostReport* host) {
  utsname name{};
  if (::uname(&name) < 0) return;
  host->kernel_release = name.release;
  host->machine = name.machine;
  ParseRelease(host->kernel_release, &host->kernel_major, &host->kernel_minor);
}

// Not a folder of that name, which may hold anything.
bool ProbeProc() {
  struct statfs facts {};
  return ::statfs("/proc", &facts) == 0 && facts.f_type == PROC_SUPER_MAGIC &&
         ::access("/proc/self/status", R_OK) == 0;
}

void ProbeIdentity(HostReport* host) {
  host->uid = ::geteuid();
  host->gid = ::getegid();
  const int count = ::getgroups(0, nullptr);
  if (count > 0) {
    host->groups.resize(static_cast<std::size_t>(count));
    host->groups.resize(
        static_cast<std::size_t>(std::max(0, ::getgroups(count, host->groups.data()))));
  }
  host->pid1 = ::getpid() == 1;
}

void ProbeCapabilities(HostReport* host) {
  kernel::CapabilitySets sets;
  if (kernel::CapGet(&sets) == 0) {
    host->cap_effective = sets.effective;
    host->cap_permitted = sets.permitted;
  }
  // PR_CAPBSET_READ answers EINVAL from the first number on that this kernel does not know.
  host->last_capability = -1;
  for (unsigned capability = 0; capability < 64; ++capability) {
    const int held = kernel::Prctl(PR_CAPBSET_READ, capability);
    if (held < 0) break;
    host->last_capability = static_cast<int>(capability);
    if (held == 1) host->cap_bounding |= std::uint64_t{1} << capability;
  }
  host->no_new_privs = kernel::Prctl(PR_GET_NO_NEW_PRIVS) == 1;
  host->securebits = std::max(0, kernel::Prctl(PR_GET_SECUREBITS));
}

bool IsNamespace(const char* path, ino_t inode) {
  struct stat status {};
  return ::stat(path, &status) == 0 && status.st_ino == inode;
}

void ProbeOwnNamespaces(HostReport* host) {
  const std::string users = ReadProcFileOrEmpty("/proc/self/uid_map");
  host->initial_user_namespace =
      IsNamespace("/proc/self/ns/user", kInitialUserNamespace) && IsFullIdentityMap(users);
  host->uids = ParseIdMap(users);
  host->gids = ParseIdMap(ReadProcFileOrEmpty("/proc/self/gid_map"));
  host->initial_pid_namespace = IsNamespace("/proc/self/ns/pid", kInitialPidNamespace);
  // Absent before Linux 3.19, when setgroups was always allowed.
  host->setgroups_allowed = !ReadProcFileOrEmpty("/proc/self/setgroups").starts_with("deny");
}

// A sysctl with one small number; `absent` where this kernel does not have it.
int ReadSysctl(const char* path, int absent) {
  std::string text = ReadProcFileOrEmpty(path);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const auto value = ParseNumber(text);
  return value && *value <= INT32_MAX ? static_cast<int>(*value) : absent;
}

void ProbeFacilities(HostReport* host) {
  host->landlock_abi =
      static_cast<int>(std::max(0L, kernel::Call(kLandlockCreateRuleset, 0, 0, kLandlockVersion)));
  host->pidfd_getfd = kernel::Call(SYS_pidfd_getfd, -1, 0, 0) == -EBADF;
  host->yama_scope = ReadSysctl("/proc/sys/kernel/yama/ptrace_scope", -1);
  host->legacy_tiocsti = ReadSysctl("/proc/sys/dev/tty/legacy_tiocsti", 1) != 0;
  host->proc_children = ::access("/proc/thread-self/children", R_OK) == 0;
}

void ProbeResources(HostReport* host) {
  const auto memory = ParseMeminfo(ReadProcFileOrEmpty("/proc/meminfo"));
  const auto size = [&](const char* name) {
    const auto found = memory.find(name);
    return found == memory.end() ? 0 : found->second;
  };
  host->memory_total = size("MemTotal");
  host->memory_available = size("MemAvailable");
  host->swap_total = size("SwapTotal");
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    host->processors = static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
  }
  for (int resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    rlimit limit{};
    if (kernel::Call(SYS_prlimit64, 0, resource, 0, reinterpret_cast<long>(&limit)) == 0) {
      host->limits[resource] = {limit.rlim_cur, limit.rlim_max};
    }
  }
}

}  // namespace

bool ParseRelease(std::string_view release, int* major, int* minor) {
  *major = *minor = 0;
  const std::size_t dot = release.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view rest = release.substr(dot + 1);
  const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto first = ParseNumber(release.substr(0, dot));
  const auto second = ParseNumber(rest.substr(0, end));
  if (!first || !second || *first > 9999 || *second > 9999) return false;
  *major = static_cast<int>(*first);
  *minor = static_cast<int>(*second);
  return true;
}

HostReport ProbeHost() {
  HostReport host;
  SeccompTrial trial;  // first: it runs beside what follows
  ProbeKernel(&host);
  host.proc = ProbeProc();
  ProbeIdentity(&host);
  ProbeCapabilities(&host);
  ProbeOwnNamespaces(&host);
  ProbeFacilities(&host);
  ProbeResources(&host);
  host.container = ProbeContainer();
  host.under_systemd = IsUnit({.exec_pid = std::getenv("SYSTEMD_EXEC_PID"),
                               .invocation_id = std::getenv("INVOCATION_ID"),
                               .notify_socket = std::getenv("NOTIFY_SOCKET")},
                              ::getpid());
  host.cgroup = ProbeCgroup();
  host.seccomp = trial.Finish(ReadProcFileOrEmpty("/proc/self/status"));
  return host;
}

}  // namespace nodeward
