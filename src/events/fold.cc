#include "events/fold.h"

#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace nodeward {
namespace {

using Time = std::chrono::steady_clock::time_point;
constexpr std::chrono::seconds kSilence{1};  // after which a key is forgotten

struct KeyHash {
  std::size_t operator()(const FoldKey& key) const {
    const std::hash<std::string_view> text;
    std::size_t hash = text(key.command);
    for (const std::size_t part : {text(key.target), static_cast<std::size_t>(key.call),
                                   static_cast<std::size_t>(key.error)}) {
      hash = hash * 1'000'003 ^ part;
    }
    return hash;
  }
};

struct Entry {
  Time last;                  // when it was counted last
  std::uint64_t waiting = 0;  // counted, not told
  Event event;                // to tell them with; made with the first that waits
  bool made = false;

  bool IsSilent(Time now) const { return waiting == 0 && now - last >= kSilence; }
};

// What all keys beyond the capacity are told with: their own fields would be one key's alone.
Event OtherEvent(Severity severity) {
  Event event;
  event.type = EventType::kViolation;
  event.severity = severity;
  event.message = "further violations, of more kinds than are told apart";
  event.With("kind", std::string("other"));
  return event;
}

void SetCount(Event& event, std::uint64_t count) {
  for (Field& field : event.fields) {
    if (field.name == "count") {
      field.value = count;
      return;
    }
  }
  event.With("count", count);
}

}  // namespace

struct Folder::State {
  mutable std::mutex mutex;
  std::size_t capacity = 0;
  Clock clock;
  std::unordered_map<FoldKey, Entry, KeyHash> entries;
  Entry other;
  bool other_known = false;
  std::uint64_t total = 0;
  std::size_t waiting_keys = 0;
  Time swept{};

  // The entry of `key`, and whether it is new.
  std::pair<Entry*, bool> Find(const FoldKey& key, Time now);
  void Sweep(Time now);
  std::vector<Event> TellAll();
};

std::vector<Event> Folder::State::TellAll() {
  std::vector<Event> events;
  const auto tell = [&events](Entry& entry) {
    if (entry.waiting == 0) return;
    Event& event = events.emplace_back(entry.event);
    event.time = std::chrono::system_clock::now();
    SetCount(event, entry.waiting);
    entry.waiting = 0;
  };
  for (auto& [key, entry] : entries) tell(entry);
  if (other_known) tell(other);
  waiting_keys = 0;
  return events;
}

void Folder::State::Sweep(Time now) {
  std::erase_if(entries, [now](const auto& item) { return item.second.IsSilent(now); });
  if (other_known && other.IsSilent(now)) other_known = false;
  swept = now;
}

std::pair<Entry*, bool> Folder::State::Find(const FoldKey& key, Time now) {
  auto found = entries.find(key);
  if (found != entries.end()) {
    const bool forgotten = found->second.IsSilent(now);
    if (forgotten) found->second = Entry{};
    return {&found->second, forgotten};
  }
  // At most once a second, so that a flood of ever new keys does not pay for it each time.
  if (entries.size() >= capacity && now - swept >= kSilence) Sweep(now);
  if (entries.size() < capacity) return {&entries[key], true};
  const bool is_new = !other_known || other.IsSilent(now);
  if (is_new) other = Entry{};
  other_known = true;
  return {&other, is_new};
}

Folder::Folder(std::size_t capacity, Clock clock) : state_(std::make_unique<State>()) {
  state_->capacity = capacity;
  state_->clock = std::move(clock);
}

Folder::~Folder() = default;

bool Folder::Add(const FoldKey& key, const std::function<Event()>& make) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  const Time now = state.clock();
  const auto [entry, is_new] = state.Find(key, now);
  ++state.total;
  entry->last = now;
  if (is_new) return true;
  if (!entry->made) {
    entry->event = make();
    if (entry == &state.other) entry->event = OtherEvent(entry->event.severity);
    entry->made = true;
  }
  if (entry->waiting++ == 0) ++state.waiting_keys;
  return false;
}

bool Folder::Pending() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waiting_keys > 0;
}

std::vector<Event> Folder::Flush() {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  state.Sweep(state.clock());
  return state.TellAll();
}

std::vector<Event> Folder::FlushAndForget() {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);  // once: a count between telling and forgetting is lost
  std::vector<Event> events = state.TellAll();
  state.entries.clear();
  state.other_known = false;
  return events;
}

std::uint64_t Folder::Total() const {
  const std::lock_guard lock(state_->mutex);
  return state_->total;
}

}  // namespace nodeward
