#include "supervise/violations.h"

#include <string.h>  // strerrorname_np

#include <utility>

#include "events/codes.h"

namespace nodeward {
namespace {

// Events of a second that fold with nothing before them.
constexpr int kNewKeysPerSecond = 64;
constexpr std::size_t kMostHeld = 256;

std::string ErrorName(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : std::to_string(error);
}

}  // namespace

Violations::Violations(EventBus& bus, Folder& folder, std::function<void()> pending,
                       ViolationOptions options)
    : bus_(bus), folder_(folder), pending_(std::move(pending)), options_(std::move(options)) {}

void Violations::Record(const Attempt& attempt) {
  Add({attempt.call.nr, attempt.error, attempt.caller.command, attempt.decoded.target},
      CodeOfCall(), [&] { return Describe(attempt); });
}

void Violations::Record(const Attempt& attempt, const Refusal& refusal) {
  Add({attempt.call.nr, attempt.error, attempt.caller.command, refusal.target}, refusal.code,
      [&] { return Describe(attempt, refusal); });
}

std::string Violations::Last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::string_view Violations::CodeOfCall() const {
  if (options_.permissive) return codes::kCallPermitted;
  return options_.kill ? codes::kCallKilled : codes::kCallDenied;
}

std::map<std::string, std::uint64_t> Violations::ByCode() const {
  const std::lock_guard lock(mutex_);
  return {by_code_.begin(), by_code_.end()};
}

void Violations::Add(FoldKey key, std::string_view code, const std::function<Event()>& describe) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (now - budget_since_ > std::chrono::seconds(1)) {
      budget_since_ = now;
      budget_ = kNewKeysPerSecond;
    }
    if (const auto known = by_code_.find(code); known != by_code_.end()) {
      ++known->second;
    } else {
      by_code_.emplace(code, 1);
    }
    // Whoever makes up ever new names is told apart by the call alone.
    if (budget_ == 0) key.command = key.target = {};
  }
  if (folder_.Add(key, describe)) {
    Emit(describe());
    return;
  }
  const std::lock_guard lock(mutex_);
  if (std::exchange(told_pending_, true)) return;
  pending_();
}

void Violations::Emit(Event event) {
  const std::lock_guard lock(mutex_);
  if (budget_ > 0) --budget_;
  last_ = event.message;
  if (!holding_) {
    bus_.Emit(std::move(event));
  } else if (held_.size() < kMostHeld) {
    held_.push_back(std::move(event));
  }
}

void Violations::Hold() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void Violations::Announce() {
  const std::lock_guard lock(mutex_);
  holding_ = false;
  for (Event& event : held_) bus_.Emit(std::move(event));
  held_.clear();
}

void Violations::Discard() {
  const std::lock_guard lock(mutex_);
  holding_ = false;
  held_.clear();
}

void Violations::Rearm() {
  const std::lock_guard lock(mutex_);
  told_pending_ = false;
}

Event Violations::Describe(const Attempt& attempt) const {
  std::string text = attempt.decoded.name + "(";
  for (std::size_t i = 0; i < attempt.decoded.args.size(); ++i) {
    text += (i == 0 ? "" : ", ") + attempt.decoded.args[i];
  }
  Event event{EventType::kViolation, Severity::kWarn, {}, {}};
  const char* action = options_.permissive ? "permitted" : options_.kill ? "killed" : "denied";
  const std::string error = ErrorName(attempt.error);
  event.message = attempt.caller.command + " (" + std::to_string(attempt.caller.process) +
                  ") tried " + text + "): ";
  event.message += options_.permissive ? "let through" : options_.kill ? "process killed" : error;
  event.With("kind", std::string("syscall")).With("action", std::string(action));
  event.With("syscall", attempt.decoded.name).With("args", attempt.decoded.args);
  if (!options_.permissive) event.With("errno", error);
  Finish(event, attempt, CodeOfCall(), AllowHint(attempt.call, options_.allowed, options_.exec));
  return event;
}

Event Violations::Describe(const Attempt& attempt, const Refusal& refusal) const {
  Event event{EventType::kViolation, Severity::kWarn, {}, {}};
  const std::string error = ErrorName(attempt.error);
  event.message = attempt.caller.command + " (" + std::to_string(attempt.caller.process) +
                  ") tried " + refusal.deed + ": " + (refusal.permitted ? "let through" : error);
  if (!refusal.why.empty()) event.message += "; " + refusal.why;
  event.With("kind", std::string(refusal.kind));
  event.With("action", std::string(refusal.permitted ? "permitted" : "denied"));
  event.With("syscall", attempt.decoded.name).With("args", attempt.decoded.args);
  event.With("target", refusal.target);
  if (!refusal.permitted) event.With("errno", error);
  Finish(event, attempt, refusal.code, refusal.hint);
  return event;
}

void Violations::Finish(Event& event, const Attempt& attempt, std::string_view code,
                        std::string hint) const {
  event.With("count", std::uint64_t{1});
  event.With("code", std::string(code));
  event.With("process.pid", std::int64_t{attempt.caller.process});
  event.With("process.tid", std::int64_t{attempt.tid});
  event.With("process.command", attempt.caller.command);
  const auto parents = ParentsOf(attempt.caller, options_.keeper);
  if (!parents.empty()) event.With("process.parents", parents);
  if (!hint.empty()) event.With("hint", std::move(hint));
}

}  // namespace nodeward
