#include "profile/names.h"

#include <array>

namespace nodeward {

std::span<const std::string_view> CapabilityNames() {
  static constexpr std::array<std::string_view, 41> kNames = {"chown",
                                                              "dac_override",
                                                              "dac_read_search",
                                                              "fowner",
                                                              "fsetid",
                                                              "kill",
                                                              "setgid",
                                                              "setuid",
                                                              "setpcap",
                                                              "linux_immutable",
                                                              "net_bind_service",
                                                              "net_broadcast",
                                                              "net_admin",
                                                              "net_raw",
                                                              "ipc_lock",
                                                              "ipc_owner",
                                                              "sys_module",
                                                              "sys_rawio",
                                                              "sys_chroot",
                                                              "sys_ptrace",
                                                              "sys_pacct",
                                                              "sys_admin",
                                                              "sys_boot",
                                                              "sys_nice",
                                                              "sys_resource",
                                                              "sys_time",
                                                              "sys_tty_config",
                                                              "mknod",
                                                              "lease",
                                                              "audit_write",
                                                              "audit_control",
                                                              "setfcap",
                                                              "mac_override",
                                                              "mac_admin",
                                                              "syslog",
                                                              "wake_alarm",
                                                              "block_suspend",
                                                              "audit_read",
                                                              "perfmon",
                                                              "bpf",
                                                              "checkpoint_restore"};
  return kNames;
}

bool IsSupervisorName(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || name.size() > kLongestSupervisorName || !plain(name[0])) return false;
  for (const char c : name) {
    if (!plain(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

}  // namespace nodeward
