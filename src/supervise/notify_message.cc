#include "supervise/notify_message.h"

#include <algorithm>

#include "base/text.h"
#include "host/proc.h"

namespace nodeward {
namespace {

std::optional<std::uint64_t> Microseconds(std::string_view text) {
  const auto value = ParseNumber(text);
  return value ? std::optional(std::min(*value, kLongestExtension)) : std::nullopt;
}

void Take(std::string_view name, std::string_view value, NotifyMessage& message) {
  const bool yes = value == "1";
  if (name == "READY") message.ready = yes;
  if (name == "RELOADING") message.reloading = yes;
  if (name == "STOPPING") message.stopping = yes;
  if (name == "WATCHDOG") {
    message.watchdog = yes;
    message.watchdog_failed = value == "trigger";
  }
  // Cut before it is made harmless: what is cut afterwards may end within an escape.
  if (name == "STATUS") message.status = EscapeForTerminal(value.substr(0, kLongestStatus));
  if (name == "EXTEND_TIMEOUT_USEC") message.extend_usec = Microseconds(value);
}

}  // namespace

NotifyMessage ParseNotify(std::string_view datagram) {
  NotifyMessage message;
  while (!datagram.empty()) {
    const std::size_t end = std::min(datagram.find('\n'), datagram.size());
    const std::string_view line = datagram.substr(0, end);
    datagram.remove_prefix(std::min(end + 1, datagram.size()));
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) {
      Take(line.substr(0, equals), line.substr(equals + 1), message);
    }
  }
  return message;
}

}  // namespace nodeward
