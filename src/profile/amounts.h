// Sizes, durations, masks and signals as an operator writes them. Pure functions on text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "profile/profile.h"

namespace nodeward {

// What is wrong with a value, to follow its key's name, and the spelling that was probably meant.
struct Complaint {
  std::string what;        // "\"512Q\" is not a size"
  std::string suggestion;  // "512M", or empty
};

template <class T>
using Amount = tl::expected<T, Complaint>;

// Bytes, "512M" (K, M, G of 1024), or "25%" where `percent` is allowed. At most 2^63 - 1.
Amount<Size> ParseSize(std::string_view text, bool percent);

// A plain number of things, at most 2^63 - 1.
Amount<std::uint64_t> ParseCount(std::string_view text);

// "200ms", "30s", "1min", "2h"; at most 240 h, which fits every timer in milliseconds.
Amount<Milliseconds> ParseDuration(std::string_view text);

// "0077" or "77": octal, at most 0777.
Amount<std::uint32_t> ParseUmask(std::string_view text);

// "SIGTERM" or "TERM": a signal that can ask an application to end. signal(7).
Amount<int> ParseStopSignal(std::string_view text);

}  // namespace nodeward
