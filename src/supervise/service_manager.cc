#include "supervise/service_manager.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "host/proc.h"
#include "launch/child_program.h"

namespace nodeward {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Above 0 and within what the kernel's own types hold.
std::optional<std::int64_t> Number(const char* name) {
  const auto value = ParseNumber(Variable(name));
  if (!value || *value == 0 || *value > INT64_MAX) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

}  // namespace

ServiceEnvironment ReadServiceEnvironment(pid_t self) {
  ServiceEnvironment service;
  service.notify_socket = Variable("NOTIFY_SOCKET");
  const auto watchdog = Number("WATCHDOG_USEC");
  const bool for_anybody = Variable("WATCHDOG_PID").empty();
  if (watchdog && (for_anybody || Number("WATCHDOG_PID") == self)) {
    service.watchdog = std::chrono::microseconds(*watchdog);
  }
  const auto sockets = Number("LISTEN_FDS");
  if (sockets && Number("LISTEN_PID") == self) {
    service.sockets = static_cast<int>(std::min<std::int64_t>(*sockets, kMaxKeptFds + 1));
    service.socket_names = Variable("LISTEN_FDNAMES");
  }
  return service;
}

ServiceManager::ServiceManager(const std::string& socket) {
  const bool known = socket.starts_with('/') || socket.starts_with('@');
  if (!known || socket.size() >= sizeof(address_.sun_path)) return;
  fd_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  address_.sun_family = AF_UNIX;
  std::memcpy(address_.sun_path, socket.data(), socket.size());
  if (socket.starts_with('@')) address_.sun_path[0] = '\0';
  size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  if (socket.starts_with('/')) ++size_;  // its NUL
}

void ServiceManager::Tell(std::string_view lines) const {
  if (!fd_.valid()) return;
  sendto(fd_.get(), lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address_), size_);
}

}  // namespace nodeward
