// ResolveSchedule: which names are asked when. Names of the profile are watched: asked at the
// start, again when their answer ends, and after a failure with growing pauses. Names that the
// application asks for are asked once each. Pure: the resolver holds the lock and passes the time
// in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nodeward {

// `absolute`: as the application asked it over the wire; else as the host's resolver reads a name,
// with its hosts file and search domains.
struct ResolveQuestion {
  std::string name;
  bool absolute = false;
  bool operator==(const ResolveQuestion&) const = default;
};

// A watched name began to fail while none of its addresses is good any more, or resolves again.
struct ResolveChange {
  std::string name;
  std::string why;  // "NXDOMAIN"; empty: it resolves again
};

class ResolveSchedule {
 public:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  // The application chooses names and pace of its questions; watched names come first, always.
  static constexpr std::size_t kMaxInFlight = 32;
  static constexpr std::size_t kMaxAskedInFlight = 24;
  static constexpr std::size_t kMaxAsked = 256;

  struct Pauses {
    std::chrono::milliseconds first_retry{1000};  // doubles
    std::chrono::milliseconds last_retry{60000};
    // A refused connect asks all watched names again: not more often than this.
    std::chrono::milliseconds again{1000};
  };

  ResolveSchedule() = default;
  explicit ResolveSchedule(Pauses pauses) : pauses_(pauses) {}

  void Watch(const std::vector<std::string>& names, TimePoint now);
  // False when too many wait. A name that is being asked is not asked twice.
  bool Ask(std::string_view name);
  // Makes the watched names due, but for those that ended within `again`. Whether any is pending.
  bool AskAgain(TimePoint now);

  // What to ask now. Each is given back by Answered or Failed, once.
  std::vector<ResolveQuestion> TakeDue(TimePoint now);
  // When TakeDue has something next; nothing while only an answer can change that.
  std::optional<TimePoint> NextDue() const;

  std::optional<ResolveChange> Answered(const ResolveQuestion& question, Clock::duration good_for,
                                        TimePoint now);
  // `good`: earlier answers still hold.
  std::optional<ResolveChange> Failed(const ResolveQuestion& question, std::string_view why,
                                      bool good, TimePoint now);

  // Questions that are due or asked are pending. Those up to `last()` have ended when Ended says
  // so.
  std::uint64_t last() const { return last_; }
  bool Ended(std::uint64_t upto) const { return pending_.empty() || *pending_.begin() > upto; }
  bool Pending(std::string_view name) const;

 private:
  struct Watched {
    TimePoint due;
    std::optional<TimePoint> ended;  // the last answer or failure
    unsigned failures = 0;
    std::uint64_t number = 0;  // in pending_; 0: not pending
    bool told = false;         // that it does not resolve
  };

  void MakeDue(const std::string& name, Watched& watched, TimePoint due);
  void MakePending(Watched& watched);
  void End(const ResolveQuestion& question);
  Watched* Find(const ResolveQuestion& question);

  Pauses pauses_;
  std::map<std::string, Watched, std::less<>> watched_;
  std::set<std::pair<TimePoint, std::string>> due_;          // watched, not in flight
  std::map<std::string, std::uint64_t, std::less<>> asked_;  // with their numbers
  std::deque<std::string> queue_;                            // asked, not in flight
  std::set<std::uint64_t> pending_;
  std::uint64_t last_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t asked_in_flight_ = 0;
};

}  // namespace nodeward
