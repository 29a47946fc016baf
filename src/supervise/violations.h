// Turns refusals into folded violation events. Used by the notify thread and by the threads that
// answer for it; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decode.h"
#include "events/bus.h"
#include "events/fold.h"
#include "judge/caller.h"
#include "judge/ruling.h"

namespace nodeward {

struct ViolationOptions {
  bool permissive = false;           // [syscalls]: told, and let through
  bool kill = false;                 // the process that tried is ended
  pid_t keeper = 0;                  // where the chain of parents ends
  std::vector<std::string> allowed;  // [syscalls] allow, for hints
  std::vector<std::string> exec;     // [filesystem] exec, likewise
};

// What was tried, and by whom.
struct Attempt {
  pid_t tid = 0;
  const Caller& caller;
  const seccomp_data& call;
  const DecodedCall& decoded;
  int error = 0;  // what the caller gets
};

class Violations {
 public:
  // `pending` is called when counts begin to wait in the folder.
  Violations(EventBus& bus, Folder& folder, std::function<void()> pending,
             ViolationOptions options);

  void Record(const Attempt& attempt);                          // a call that no rule allows
  void Record(const Attempt& attempt, const Refusal& refusal);  // what a judge refused

  // Until Announce, events are kept: the start is told before what happened in it.
  void Hold();
  void Announce();
  void Discard();  // what is kept belongs to a launch that failed

  // How many of each code were counted, told or not.
  std::map<std::string, std::uint64_t> ByCode() const;
  // The message of the last one that was told, or empty.
  std::string Last() const;

  // After Flush() found nothing waiting: the next waiting count calls `pending` again.
  void Rearm();

 private:
  void Add(FoldKey key, std::string_view code, const std::function<Event()>& describe);
  std::string_view CodeOfCall() const;
  void Emit(Event event);
  Event Describe(const Attempt& attempt) const;
  Event Describe(const Attempt& attempt, const Refusal& refusal) const;
  void Finish(Event& event, const Attempt& attempt, std::string_view code, std::string hint) const;

  EventBus& bus_;
  Folder& folder_;
  std::function<void()> pending_;
  ViolationOptions options_;

  mutable std::mutex mutex_;  // guards what follows
  bool told_pending_ = false;
  bool holding_ = false;
  std::vector<Event> held_;
  std::chrono::steady_clock::time_point budget_since_{};
  int budget_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_code_;
  std::string last_;
};

}  // namespace nodeward
