// Any datagram at the notify socket: what is taken from it stays within its bounds, and can be
// shown.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "supervise/notify_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = nodeward::ParseNotify({reinterpret_cast<const char*>(data), size});
  if (message.status) {
    // systemd and terminals get it as it is: one line, nothing that controls either.
    const auto& status = *message.status;
    if (status.size() > 4 * nodeward::kLongestStatus) std::abort();
    if (nodeward::EscapeForTerminal(status) != status) std::abort();
    if (status.find('\n') != std::string_view::npos) std::abort();
  }
  if (message.extend_usec.value_or(0) > nodeward::kLongestExtension) std::abort();
  return 0;
}
