// A vault's own values in any text: where they stand, by the secret's name. Parent only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vault/vault.h"

namespace nodeward {

struct FoundValue {
  std::string name;
  std::size_t at = 0;  // offset of its first byte
};

// All values in one walk over a text, by a keyed hash of their first bytes: no part of a value
// stands in ordinary memory.
class ValueSearch {
 public:
  static constexpr std::size_t kShortest = 8;  // a shorter value stands everywhere

  explicit ValueSearch(Secrets secrets);

  // Raw, and of a value of several lines its longest: files indent and escape them.
  std::vector<FoundValue> Search(std::string_view text) const;

  // The names of those that are not looked for.
  const std::vector<std::string>& too_short() const { return too_short_; }

 private:
  std::uint64_t Hash(std::string_view text) const;  // of its first kShortest bytes

  Secrets secrets_;
  std::array<unsigned char, 16> key_{};  // crypto_shorthash_KEYBYTES
  std::unordered_multimap<std::uint64_t, std::size_t> by_start_;
  std::vector<std::string> too_short_;
};

}  // namespace nodeward
