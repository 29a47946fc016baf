// The words that a profile may use and that nodeward does not look up elsewhere. Pure data.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace nodeward {

// linux/capability.h, Linux 5.9 and later: the name of capability N is at index N, lower case,
// without "cap_". A kernel with fewer knows the first ones of it.
std::span<const std::string_view> CapabilityNames();

// A supervisor's name, which becomes a file's: letters, digits and "._-", not beginning with a dot
// or a dash, at most kLongestSupervisorName of them.
inline constexpr std::size_t kLongestSupervisorName = 48;
bool IsSupervisorName(std::string_view name);

}  // namespace nodeward
