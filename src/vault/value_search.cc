#include "vault/value_search.h"

#include <sodium.h>

#include <algorithm>

namespace nodeward {
namespace {

std::string_view LongestLine(std::string_view rest) {
  std::string_view longest;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (line.size() > longest.size()) longest = line;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (longest.ends_with('\r')) longest.remove_suffix(1);
  return longest;
}

}  // namespace

ValueSearch::ValueSearch(Secrets secrets) : secrets_(std::move(secrets)) {
  static_assert(sizeof(key_) == crypto_shorthash_KEYBYTES);
  static_assert(sizeof(std::uint64_t) == crypto_shorthash_BYTES);
  crypto_shorthash_keygen(key_.data());
  for (std::size_t index = 0; index < secrets_.size(); ++index) {
    const std::string_view needle = LongestLine(secrets_[index].value.view());
    if (needle.size() < kShortest) {
      too_short_.push_back(secrets_[index].name);
    } else {
      by_start_.emplace(Hash(needle), index);
    }
  }
}

std::vector<FoundValue> ValueSearch::Search(std::string_view text) const {
  std::vector<FoundValue> found;
  if (by_start_.empty()) return found;
  for (std::size_t at = 0; at + kShortest <= text.size(); ++at) {
    const auto [first, last] = by_start_.equal_range(Hash(text.substr(at)));
    for (auto it = first; it != last; ++it) {
      const Secret& secret = secrets_[it->second];
      if (text.substr(at).starts_with(LongestLine(secret.value.view()))) {
        found.push_back({secret.name, at});
      }
    }
  }
  return found;
}

std::uint64_t ValueSearch::Hash(std::string_view text) const {
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                   reinterpret_cast<const unsigned char*>(text.data()), kShortest, key_.data());
  return hash;
}

}  // namespace nodeward
