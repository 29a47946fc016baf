#include "judge/name_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace nodeward {

NameTable::NameTable(std::function<Clock::time_point()> now) : now_(std::move(now)) {}

void NameTable::Put(std::string_view name, const std::vector<ResolvedAddress>& answer) {
  if (answer.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto now = now_();
  Entry& entry = Touch(name);
  const std::string& key = *entry.place;
  for (const ResolvedAddress& resolved : answer) {
    const auto end = now + std::clamp(resolved.ttl, kMinTtl, kMaxTtl) + kGrace;
    const auto [place, added] = entry.ends.try_emplace(resolved.address, end);
    if (added) {
      by_address_[resolved.address].insert(key);
      ++addresses_;
    } else {
      place->second = std::max(place->second, end);
    }
  }
  for (auto at = entry.ends.begin(); at != entry.ends.end();) {
    const auto one = at++;
    if (one->second <= now) Forget(key, one->first);
  }
  Shrink(key, entry);
  while (names_.size() > kMaxNames || addresses_ > kMaxAddresses) DropOldest();
}

std::vector<std::string> NameTable::NamesOf(const IpAddress& address) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  if (found == by_address_.end()) return {};
  const auto now = now_();
  std::vector<std::string> names;
  for (const std::string& name : found->second) {
    if (names_.find(name)->second.ends.find(address)->second > now) names.push_back(name);
  }
  return names;
}

bool NameTable::Has(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(name);
  if (found == names_.end()) return false;
  const auto now = now_();
  return std::ranges::any_of(found->second.ends,
                             [now](const auto& one) { return one.second > now; });
}

// The name's entry, as the one that was answered last.
NameTable::Entry& NameTable::Touch(std::string_view name) {
  const auto found = names_.find(name);
  if (found != names_.end()) {
    order_.splice(order_.end(), order_, found->second.place);
    return found->second;
  }
  order_.emplace_back(name);
  Entry& entry = names_[order_.back()];
  entry.place = std::prev(order_.end());
  return entry;
}

// `address` is the key in the name's entry: not used after it is erased there.
void NameTable::Forget(const std::string& name, const IpAddress& address) {
  const auto found = by_address_.find(address);
  found->second.erase(name);
  if (found->second.empty()) by_address_.erase(found);
  names_.find(name)->second.ends.erase(address);
  --addresses_;
}

void NameTable::Shrink(const std::string& name, Entry& entry) {
  if (entry.ends.size() <= kMaxAddressesOfName) return;
  std::vector<std::pair<Clock::time_point, IpAddress>> by_end;
  by_end.reserve(entry.ends.size());
  for (const auto& [address, end] : entry.ends) by_end.emplace_back(end, address);
  std::ranges::sort(by_end);
  const std::size_t surplus = entry.ends.size() - kMaxAddressesOfName;
  for (std::size_t i = 0; i < surplus; ++i) Forget(name, by_end[i].second);
}

void NameTable::DropOldest() {
  const std::string name = order_.front();
  Entry& entry = names_.find(name)->second;
  while (!entry.ends.empty()) Forget(name, entry.ends.begin()->first);
  order_.erase(entry.place);
  names_.erase(name);
}

}  // namespace nodeward
