// Landlock's rights, the ABI that brought each, and what stands in where it is older. One table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "policy/file_policy.h"

namespace nodeward {

enum class LandlockKind { kFiles, kNet, kScope };

struct LandlockRight {
  std::string_view name;
  LandlockKind kind;
  std::uint64_t bit;
  int abi;
  std::string_view kernel;    // "6.2"
  std::string_view stand_in;  // what keeps the promise on an older kernel
};

std::span<const LandlockRight> LandlockRights();

// What can be granted on a file; landlock_add_rule(2) refuses any other right there.
extern const std::uint64_t kRightsOfFiles;

// Every right of `kind` that ABI `abi` knows, as a mask.
std::uint64_t LandlockMask(LandlockKind kind, int abi);

// What a rule grants, of the rights that `abi` knows; those of folders only where it is one.
std::uint64_t RightsOf(const FileRule& rule, int abi);

}  // namespace nodeward
