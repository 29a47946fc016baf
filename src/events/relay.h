// Relay: passes the application's output on to stderr, whole line by whole line, so that no event
// is cut, and marks every line that a reader could take for an event. Where no events go, as to
// stdout, it passes bytes on as they come. With a mask, secrets are replaced before all that. Used
// by the thread of the sink that it writes to.
//
// Bytes stay as they are otherwise. While the other side takes nothing, the relay reads nothing,
// and the application then blocks as it would bare. A line without an end is passed on when it
// fills 64 KiB, was idle for 100 ms, or its source ended; what could still grow into an event is
// marked then. So is the begin of a secret that is held back for what may follow.
#pragma once

#include <poll.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "events/bus.h"
#include "events/fd_writer.h"
#include "mask/mask.h"

namespace nodeward {

inline constexpr std::string_view kRelayMark = "app: ";
inline constexpr std::size_t kRelayBuffer = 64 * 1024;  // bytes

// Whether a reader of events in `format` could take `line` (without its end) for one. For the
// JSON format: an object with a key "event" whose value is the name of an event. For text: a line
// of that shape. `complete` is false when more of the line may follow: then everything that could
// yet become an event counts.
bool CouldPassForEvent(std::string_view line, bool complete, SinkFormat format);

struct RelayOptions {
  SinkFormat format = SinkFormat::kJson;
  bool lines = true;                           // events go there: whole lines, and marks
  std::shared_ptr<const Mask> mask = nullptr;  // null: nothing is replaced
};

class Relay {
 public:
  using Clock = std::chrono::steady_clock;

  // Takes the read ends, and makes them non-blocking. `out` is not owned.
  Relay(std::vector<UniqueFd> sources, FdWriter* out, RelayOptions options);
  Relay(Relay&& other) noexcept;
  ~Relay();

  // Adds what to wait for before Pass is worth calling.
  void AddTo(std::vector<pollfd>& fds) const;
  // Milliseconds until a line without an end has to be passed on; -1 when none waits.
  int TimeoutMs(Clock::time_point now) const;
  // Reads each source once and writes what is due. ECANCELED when writing was aborted, else 0:
  // other failures end the sources (EPIPE, as the application would see it) or drop the bytes.
  int Pass(Clock::time_point now);
  // Passes on everything that is in the sources now, lines without an end too.
  int Drain();

 private:
  struct Source;
  int Read(Source& source, Clock::time_point now);
  int TakeMasked(Source& source, std::string_view bytes);
  int FlushMask(Source& source);
  int PassMasked(Source& source);
  int PassLines(Source& source, bool all);
  int Send(const Source& source, std::string_view bytes, bool partial);
  void CloseSources();

  std::vector<Source> sources_;
  FdWriter* out_;
  RelayOptions options_;
  std::unique_ptr<std::array<char, kRelayBuffer>> read_;  // what is not masked yet; with a mask
  std::string masked_;
  const Source* open_ = nullptr;  // whose line, passed on without an end, is the last in `out_`
};

}  // namespace nodeward
