#include "judge/resolve_schedule.h"

#include <algorithm>

namespace nodeward {

void ResolveSchedule::Watch(const std::vector<std::string>& names, TimePoint now) {
  for (const std::string& name : names) {
    const auto [place, added] = watched_.try_emplace(name);
    if (!added) continue;
    MakeDue(name, place->second, now);
    MakePending(place->second);
  }
}

bool ResolveSchedule::Ask(std::string_view name) {
  if (asked_.contains(name)) return true;
  if (asked_.size() >= kMaxAsked) return false;
  asked_.emplace(name, ++last_);
  pending_.insert(last_);
  queue_.emplace_back(name);
  return true;
}

bool ResolveSchedule::AskAgain(TimePoint now) {
  bool any = false;
  for (auto& [name, watched] : watched_) {
    const bool fresh = watched.ended && now - *watched.ended < pauses_.again;
    if (watched.number == 0 && !fresh) {
      MakeDue(name, watched, now);
      MakePending(watched);
    }
    any = any || watched.number != 0;
  }
  return any;
}

std::vector<ResolveQuestion> ResolveSchedule::TakeDue(TimePoint now) {
  std::vector<ResolveQuestion> taken;
  while (in_flight_ < kMaxInFlight && !due_.empty() && due_.begin()->first <= now) {
    const std::string name = due_.begin()->second;
    due_.erase(due_.begin());
    Watched& watched = watched_.find(name)->second;
    MakePending(watched);
    ++in_flight_;
    taken.push_back({name, false});
  }
  while (in_flight_ < kMaxInFlight && asked_in_flight_ < kMaxAskedInFlight && !queue_.empty()) {
    taken.push_back({std::move(queue_.front()), true});
    queue_.pop_front();
    ++in_flight_;
    ++asked_in_flight_;
  }
  return taken;
}

std::optional<ResolveSchedule::TimePoint> ResolveSchedule::NextDue() const {
  if (in_flight_ >= kMaxInFlight) return std::nullopt;
  if (!queue_.empty() && asked_in_flight_ < kMaxAskedInFlight) return TimePoint::min();
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

std::optional<ResolveChange> ResolveSchedule::Answered(const ResolveQuestion& question,
                                                       Clock::duration good_for, TimePoint now) {
  End(question);
  Watched* const watched = Find(question);
  if (watched == nullptr) return std::nullopt;
  watched->ended = now;
  watched->failures = 0;
  MakeDue(question.name, *watched, now + good_for);
  if (!std::exchange(watched->told, false)) return std::nullopt;
  return ResolveChange{question.name, {}};
}

std::optional<ResolveChange> ResolveSchedule::Failed(const ResolveQuestion& question,
                                                     std::string_view why, bool good,
                                                     TimePoint now) {
  End(question);
  Watched* const watched = Find(question);
  if (watched == nullptr) return std::nullopt;
  watched->ended = now;
  constexpr unsigned kMostDoublings = 20;
  const auto pause = pauses_.first_retry * (1U << std::min(watched->failures, kMostDoublings));
  ++watched->failures;
  MakeDue(question.name, *watched, now + std::min(pause, pauses_.last_retry));
  if (good || std::exchange(watched->told, true)) return std::nullopt;
  return ResolveChange{question.name, std::string(why)};
}

bool ResolveSchedule::Pending(std::string_view name) const {
  const auto watched = watched_.find(name);
  return asked_.contains(name) || (watched != watched_.end() && watched->second.number != 0);
}

void ResolveSchedule::MakeDue(const std::string& name, Watched& watched, TimePoint due) {
  due_.erase({watched.due, name});
  watched.due = due;
  due_.emplace(due, name);
}

void ResolveSchedule::MakePending(Watched& watched) {
  if (watched.number != 0) return;
  watched.number = ++last_;
  pending_.insert(last_);
}

// Of what was taken: no longer in flight, no longer pending.
void ResolveSchedule::End(const ResolveQuestion& question) {
  --in_flight_;
  if (Watched* const watched = Find(question)) {
    pending_.erase(std::exchange(watched->number, 0));
    return;
  }
  --asked_in_flight_;
  const auto asked = asked_.find(question.name);
  pending_.erase(asked->second);
  asked_.erase(asked);
}

ResolveSchedule::Watched* ResolveSchedule::Find(const ResolveQuestion& question) {
  if (question.absolute) return nullptr;
  const auto found = watched_.find(question.name);
  return found == watched_.end() ? nullptr : &found->second;
}

}  // namespace nodeward
