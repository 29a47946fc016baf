// The pieces of ProbeHost(), one for each question. Private to host/; the pure ones are tested with
// made-up answers. Parent only; SeccompTrial starts a child.
#pragma once

#include <sys/types.h>

#include <array>

#include <string>
#include <string_view>

#include "base/unique_fd.h"
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

// The trial of a filter with a listener, in a child that runs beside the rest of the probe: waiting
// for another process is the dearest part of it. Owns the child, and reaps it at the latest when
// destroyed. To be made before any thread is.
class SeccompTrial {
 public:
  SeccompTrial();
  ~SeccompTrial();
  SeccompTrial(const SeccompTrial&) = delete;
  SeccompTrial& operator=(const SeccompTrial&) = delete;
  // Waits for the child. `status` is the text of /proc/self/status. Called once.
  SeccompReport Finish(std::string_view status);

 private:
  NotifTrial Receive();
  void Reap();

  int start_errno_ = 0;  // the child could not be started
  pid_t child_ = -1;
  UniqueFd report_;                            // the child's answer comes here
  int told_to_ = -1;                           // the child's end of the pipe
  alignas(16) std::array<char, 16384> stack_;  // the child's: it ends before this does
};

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
