// What an application says in sd_notify(3)'s words, read from a datagram that it may have filled
// with anything. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nodeward {

struct NotifyMessage {
  bool ready = false;
  bool reloading = false;
  bool stopping = false;
  bool watchdog = false;         // WATCHDOG=1: it is alive
  bool watchdog_failed = false;  // WATCHDOG=trigger
  // One line, at most kLongestStatus bytes as it was said; made harmless, four times that.
  std::optional<std::string> status;
  std::optional<std::uint64_t> extend_usec;  // at most kLongestExtension
};

inline constexpr std::size_t kLongestStatus = 256;
inline constexpr std::uint64_t kLongestExtension = 3'600'000'000;  // an hour

// Every other word is passed over: MAINPID, FDSTORE and the like are nodeward's own affair.
NotifyMessage ParseNotify(std::string_view datagram);

}  // namespace nodeward
