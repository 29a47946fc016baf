// The bus: takes events from any thread, numbers them, and hands them to every sink. It owns one
// bounded queue and one thread for each sink, so that a sink that blocks or fails holds up nobody:
// what could not be queued or written is counted, and said by an event as soon as writing works.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "events/event.h"
#include "mask/mask.h"

namespace nodeward {

enum class SinkFormat { kJson, kText };

struct BusOptions {
  SinkFormat format = SinkFormat::kJson;
  std::vector<std::string> to = {"stderr"};  // as in [events] to, validated
  std::string profile;                       // the "profile" field of every event
  // Descriptors whose lines are passed on to stderr by the stderr sink's thread, line by line,
  // because the application would otherwise share the description that events go to: it could
  // forge or cut an event. A line that looks like an event gets a prefix. Read ends; owned.
  std::vector<UniqueFd> relay;
  // One whose bytes are passed on to `stdout_fd`, by a thread of its own. Masked alone: no event
  // goes there. Owned.
  UniqueFd relay_stdout;
  // What is replaced in all that is passed on, and in each event; null: nothing.
  std::shared_ptr<const Mask> mask;

  // Where the sinks are; tests put others here. The descriptors are not owned.
  int stderr_fd = 2;
  int stdout_fd = 1;
  std::string syslog_socket = "/dev/log";
  std::string journal_socket = "/run/systemd/journal/socket";
};

class EventBus {
 public:
  // Opens every sink (files O_APPEND|O_CREAT|O_NOFOLLOW 0640); starts the threads.
  static Result<std::unique_ptr<EventBus>> Open(BusOptions options);
  // Flushes what is queued, waits at most one second for it, and ends the threads.
  ~EventBus();

  // Thread-safe; never blocks. Adds "seq" and "start_id".
  void Emit(Event event);
  // Reopens file sinks (log rotation); called on SIGHUP.
  void Reopen();
  // Waits until everything emitted so far, and what the application wrote before, was written, or
  // `timeout_ms` went by. False on timeout. Called before the supervisor exits.
  bool Flush(int timeout_ms);

  const std::string& start_id() const;  // 16 hex digits, new for each supervisor
  std::uint64_t violations() const;     // sum of "count" over violation events emitted

 private:
  class Impl;
  explicit EventBus(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace nodeward
