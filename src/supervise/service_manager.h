// nodeward's own words to the service manager that started it: sd_notify(3), as far as a supervisor
// needs it. MAINPID is not sent: nodeward is the unit's main process and stays it.
#pragma once

#include <sys/un.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace nodeward {

// What the service manager gave nodeward in its environment. sd_notify(3),
// sd_watchdog_enabled(3), sd_listen_fds(3).
struct ServiceEnvironment {
  std::string notify_socket;  // a path, "@abstract", or empty
  std::optional<std::chrono::microseconds> watchdog;
  int sockets = 0;           // descriptors from 3 on
  std::string socket_names;  // LISTEN_FDNAMES, as it came
};

// Reads it for the process `self`: what is addressed to another process is nobody's here.
ServiceEnvironment ReadServiceEnvironment(pid_t self);

class ServiceManager {
 public:
  // `socket` as in NOTIFY_SOCKET; empty: nobody is told.
  explicit ServiceManager(const std::string& socket);

  bool present() const { return fd_.valid(); }
  // Lines of NAME=VALUE. Never blocks; what cannot be sent is dropped, as sd_notify's callers do.
  void Tell(std::string_view lines) const;

 private:
  UniqueFd fd_;
  sockaddr_un address_{};
  socklen_t size_ = 0;
};

}  // namespace nodeward
