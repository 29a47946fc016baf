#include "mask/needle_list.h"

#include <algorithm>
#include <tuple>

namespace nodeward {

std::uint32_t NeedleList::Name(std::string_view name) {
  const auto place = std::find(names_.begin(), names_.end(), name) - names_.begin();
  if (static_cast<std::size_t>(place) == names_.size()) names_.emplace_back(name);
  return static_cast<std::uint32_t>(place);
}

void NeedleList::Take(std::uint32_t name) {
  const std::size_t end = text_.size();
  const std::size_t size = end - taken_;
  if (size < kShortestNeedle) return text_.Truncate(taken_);
  for (std::size_t at = taken_; at < end; at += kLongestNeedle) {
    // The last piece reaches back, so that it is not too short to be found.
    const std::size_t length = std::min(kLongestNeedle, size);
    const std::size_t begin = std::min(at, end - length);
    needles_.push_back(
        {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(length), name});
  }
  taken_ = end;
}

void NeedleList::Sort() {
  std::sort(needles_.begin(), needles_.end(), [&](const Needle& a, const Needle& b) {
    return std::tuple(Bytes(a), a.name) < std::tuple(Bytes(b), b.name);
  });
  const auto same = [&](const Needle& a, const Needle& b) { return Bytes(a) == Bytes(b); };
  needles_.erase(std::unique(needles_.begin(), needles_.end(), same), needles_.end());
}

}  // namespace nodeward
