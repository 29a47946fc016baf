// Folding: a repeated violation is told at once the first time, then once a second with its count.
// A flood costs neither disk nor supervisor, and no count is lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/event.h"

namespace nodeward {

// What makes two violations the same one (interface.md: kind, call, errno, command, target).
struct FoldKey {
  int call = 0;         // system call number, or a stable number of another kind
  int error = 0;        // errno answered
  std::string command;  // comm of the process
  std::string target;   // the decoded path or address, or empty
  bool operator==(const FoldKey&) const = default;
};

// Thread-safe. At most `capacity` keys are told apart; the rest share one key named "other".
class Folder {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  explicit Folder(std::size_t capacity = 1024, Clock clock = std::chrono::steady_clock::now);
  ~Folder();

  // Counts one violation. True when it is the first of its key since the key was last forgotten:
  // the caller then emits an event with count 1 at once. `make` is called at most once for each
  // key, to build the event that later counts are told with ("count" is set by Flush); it runs
  // under the lock and must not call the folder.
  bool Add(const FoldKey& key, const std::function<Event()>& make);
  // Whether counts wait to be told: the caller then arms a one-second timer for Flush.
  bool Pending() const;
  // The events of all keys with counts not told yet, "count" set. A key that was silent for a whole
  // second is forgotten.
  std::vector<Event> Flush();
  // Flush, and every key is forgotten: what the next application does is told at once, as its own.
  std::vector<Event> FlushAndForget();
  std::uint64_t Total() const;  // violations counted so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nodeward
