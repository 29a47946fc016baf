// Hosts that the doctor's tests are told of, and the look-up of one finding.
#pragma once

#include <linux/capability.h>
#include <sys/resource.h>

#include <string>

#include <gtest/gtest.h>

#include "cli/doctor_findings.h"
#include "host/report.h"

namespace nodeward {

inline std::uint64_t Bit(int capability) { return std::uint64_t{1} << capability; }

inline CgroupController Controller(const std::string& name, bool v2, bool writable) {
  return {.name = name,
          .mount = "/sys/fs/cgroup",
          .path = "/",
          .v2 = v2,
          .writable = writable,
          .why_not = writable ? "" : "read-only file system"};
}

inline void AddControllers(HostReport* host, bool v2, bool writable) {
  for (const char* name : {"memory", "cpu", "pids"}) {
    host->cgroup.controllers[name] = Controller(name, v2, writable);
  }
}

// Root on a machine of its own, with everything that a kernel of 2024 has.
inline HostReport Machine() {
  HostReport host;
  host.kernel_release = "6.12.9-amd64";
  host.kernel_major = 6;
  host.kernel_minor = 12;
  host.machine = "x86_64";
  host.cap_effective = host.cap_permitted = host.cap_bounding = (std::uint64_t{1} << 41) - 1;
  host.landlock_abi = 6;
  host.yama_scope = 1;
  host.legacy_tiocsti = false;
  host.proc_children = true;
  host.memory_total = 8ull << 30;
  host.memory_available = 6ull << 30;
  host.swap_total = 1ull << 30;
  host.processors = 4;
  host.limits[RLIMIT_NOFILE] = {1024, 524288};
  host.seccomp = {.filter = true, .user_notif = true, .sync_wake_up = true, .wait_killable = true};
  host.cgroup.version = CgroupVersion::kV2;
  host.cgroup.kill = true;
  AddControllers(&host, true, true);
  return host;
}

// Root in a stock Docker container: its 14 capabilities, its filter, cgroups read-only.
inline HostReport Docker() {
  HostReport host = Machine();
  constexpr int kKept[] = {CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FOWNER,  CAP_FSETID,
                           CAP_KILL,       CAP_SETGID,       CAP_SETUID,  CAP_SETPCAP,
                           CAP_MKNOD,      CAP_NET_RAW,      CAP_SETFCAP, CAP_NET_BIND_SERVICE,
                           CAP_SYS_CHROOT, CAP_AUDIT_WRITE};
  host.cap_effective = 0;
  for (const int capability : kKept) host.cap_effective |= Bit(capability);
  host.cap_permitted = host.cap_bounding = host.cap_effective;
  host.container = "docker";
  host.pid1 = true;
  host.initial_pid_namespace = false;
  host.seccomp.mode = 2;
  host.seccomp.filters = 1;
  host.cgroup.inherited = {.memory = 512ull << 20, .swap = 0, .cpu = 1.5, .pids = 64};
  host.cgroup.controllers.clear();
  AddControllers(&host, true, false);
  return host;
}

// An ordinary user without any capability.
inline HostReport Unprivileged() {
  HostReport host = Machine();
  host.uid = host.gid = 1000;
  host.groups = {1000};
  host.cap_effective = host.cap_permitted = 0;
  host.cgroup.controllers.clear();
  AddControllers(&host, true, false);
  return host;
}

inline Finding Find(const HostReport& host, const std::string& key) {
  const Findings all = Diagnose(host);
  const auto found = std::ranges::find(all, key, &Finding::key);
  if (found != all.end()) return *found;
  ADD_FAILURE() << "no finding " << key;
  return {};
}

#define EXPECT_FINDING(finding, expected_standing, part_of_meaning) \
  do {                                                              \
    const Finding found = (finding);                                \
    EXPECT_EQ(StandingWord(found.standing), expected_standing);     \
    EXPECT_THAT(found.meaning, HasSubstr(part_of_meaning));         \
  } while (false)

}  // namespace nodeward
