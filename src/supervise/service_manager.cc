#include "supervise/service_manager.h"

#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "launch/child_program.h"

namespace nodeward {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<std::int64_t> Number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ServiceEnvironment ReadServiceEnvironment(pid_t self) {
  ServiceEnvironment service;
  service.notify_socket = Variable("NOTIFY_SOCKET");
  const auto watchdog = Number(Variable("WATCHDOG_USEC"));
  const std::string for_whom = Variable("WATCHDOG_PID");
  if (watchdog && *watchdog > 0 && (for_whom.empty() || Number(for_whom) == self)) {
    service.watchdog = std::chrono::microseconds(*watchdog);
  }
  const auto sockets = Number(Variable("LISTEN_FDS"));
  if (sockets && *sockets > 0 && Number(Variable("LISTEN_PID")) == self) {
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
