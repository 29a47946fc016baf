// The pieces of ProbeHost(), one for each question. Private to host/; the pure ones are tested with
// made-up answers. Parent only; ProbeSeccomp() starts a child and so runs before any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "host/report.h"

namespace nodeward {

// What the short-lived child found out about seccomp, sent back as it is.
struct NotifTrial {
  bool filter = false;     // filters may answer with an errno
  int listener_errno = 0;  // of the filter with a listener; 0: it was installed
  bool wait_killable = false;
  bool sync_wake_up = false;
};

// Why there is no user notification, in words; empty when `listener_errno` is 0.
std::string ExplainNoNotif(int listener_errno);

SeccompReport ProbeSeccomp(std::string_view status);  // `status`: the text of /proc/self/status

// Signs of a container runtime; each empty or false when absent.
struct ContainerSigns {
  bool dockerenv = false;        // /.dockerenv
  bool containerenv = false;     // /run/.containerenv (podman)
  bool kubernetes = false;       // KUBERNETES_SERVICE_HOST
  std::string systemd;           // /run/systemd/container
  std::string environment;       // $container of this process
  std::string init_environment;  // container= of /proc/1/environ
};
std::string NameContainer(const ContainerSigns& signs);  // pure
// The value of `name` in a block of NUL-separated "NAME=VALUE"; empty when absent. Pure.
std::string FindInEnvironment(std::string_view block, std::string_view name);
std::string ProbeContainer();

// Variables that systemd gives to a unit's main process (systemd.exec(5)); null when unset. Pure.
struct UnitSigns {
  const char* exec_pid = nullptr;       // SYSTEMD_EXEC_PID (systemd 248)
  const char* invocation_id = nullptr;  // INVOCATION_ID, inherited by a unit's descendants too
  const char* notify_socket = nullptr;  // NOTIFY_SOCKET
};
bool IsUnit(const UnitSigns& signs, pid_t self);

// "6.1.0-32-cloud-amd64" -> 6, 1. False when it does not begin so; then both are 0.
bool ParseRelease(std::string_view release, int* major, int* minor);

}  // namespace nodeward
