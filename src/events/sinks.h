// Where events go: stderr, a file, syslog, the journal. Each sink is opened before the threads
// start and is then used by one thread alone. spdlog stays inside sinks.cc.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "events/bus.h"
#include "events/fd_writer.h"
#include "events/format.h"

namespace nodeward {

struct SinkOptions {
  SinkFormat format = SinkFormat::kJson;
  Origin origin;
  int abort_fd = -1;   // readable when a write must give up; not owned
  int stderr_fd = -1;  // not owned
  std::string syslog_socket;
  std::string journal_socket;
};

class LineSink;  // a spdlog sink; sinks.cc

class EventSink {
 public:
  // `to` as in [events] to: "stderr", "file:PATH", "syslog" or "journal". An Error names the sink
  // and what to do.
  static Result<std::unique_ptr<EventSink>> Open(const std::string& to, const SinkOptions& options);
  ~EventSink();

  // Writes one event; waits while the other side is slow. 0, or the errno of an event that was
  // lost.
  int Write(const Record& record);
  // Opens a file anew under its name (log rotation); other sinks do nothing. After an error the old
  // file stays in use.
  Result<void> Reopen();
  // What the relay writes with: the stderr sink's writer, or null. Owned by the sink.
  FdWriter* writer();
  const std::string& name() const { return name_; }  // as in [events] to

 private:
  EventSink(std::string name, SinkOptions options, std::unique_ptr<LineSink> sink);
  std::string name_;
  SinkOptions options_;
  std::unique_ptr<LineSink> sink_;
};

}  // namespace nodeward
