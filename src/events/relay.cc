#include "events/relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "mask/stream_mask.h"

namespace nodeward {
namespace {

constexpr std::chrono::milliseconds kIdle{100};
// Reads of one source for one Drain: more than any pipe holds, so that a source that never stops
// writing does not hold up the end.
constexpr int kDrainReads = 1024 * 1024 / static_cast<int>(kRelayBuffer) + 1;

// Collects pieces and writes them with few system calls; pieces that touch become one.
class Batch {
 public:
  explicit Batch(FdWriter* out) : out_(out) {}

  int Add(std::string_view bytes) {
    if (used_ > 0) {
      iovec& last = parts_[used_ - 1];
      if (static_cast<const char*>(last.iov_base) + last.iov_len == bytes.data()) {
        last.iov_len += bytes.size();
        return 0;
      }
    }
    if (used_ == parts_.size()) {
      if (const int error = Write(); error != 0) return error;
    }
    parts_[used_++] = Part(bytes);
    return 0;
  }

  int Write() {
    const int error = out_->Write(std::span(parts_.data(), used_));
    used_ = 0;
    return error;
  }

 private:
  FdWriter* out_;
  std::array<iovec, 64> parts_{};
  std::size_t used_ = 0;
};

// Takes the first part of `bytes`, up to and with the next `end`.
std::string_view CutThrough(std::string_view& bytes, char end) {
  const std::string_view part = bytes.substr(0, std::min(bytes.find(end), bytes.size() - 1) + 1);
  bytes.remove_prefix(part.size());
  return part;
}

// `line` without the character that ended it.
std::string_view Text(std::string_view line) {
  if (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Adds one line, with a mark in front of everything in it that could pass for an event. A carriage
// return counts as white space inside the line, as JSON has it, and also as the end of a line, as
// many readers and every terminal have it. `check` is false for the rest of a line that was begun.
int AddMarked(Batch& batch, std::string_view line, bool check, SinkFormat format) {
  const bool complete = line.ends_with('\n');
  if (check && CouldPassForEvent(Text(line), complete, format)) {
    if (const int error = batch.Add(kRelayMark); error != 0) return error;
  }
  for (bool first = true; !line.empty(); first = false) {
    const std::string_view piece = CutThrough(line, '\r');
    const bool ended = complete || piece.ends_with('\r');
    if (!first && CouldPassForEvent(Text(piece), ended, format)) {
      if (const int error = batch.Add(kRelayMark); error != 0) return error;
    }
    if (const int error = batch.Add(piece); error != 0) return error;
  }
  return 0;
}

}  // namespace

struct Relay::Source {
  UniqueFd fd;
  std::unique_ptr<std::array<char, kRelayBuffer>> buffer;
  std::size_t used = 0;  // bytes of a line whose end is missing, at the front of the buffer
  std::optional<StreamMask> mask;
  Clock::time_point last_read;

  std::string_view bytes() const { return {buffer->data(), used}; }
  void Consume(std::size_t count) {
    std::memmove(buffer->data(), buffer->data() + count, used - count);
    used -= count;
  }
};

Relay::Relay(std::vector<UniqueFd> sources, FdWriter* out, RelayOptions options)
    : out_(out), options_(std::move(options)) {
  // Not zeroed: memory that nobody wrote to costs nothing.
  const auto make = [] { return std::make_unique_for_overwrite<std::array<char, kRelayBuffer>>(); };
  for (UniqueFd& fd : sources) {
    // The read end has a description of its own, so this does not reach the application.
    const int flags = fcntl(fd.get(), F_GETFL);
    if (flags >= 0) fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK);
    Source source{std::move(fd), make(), 0, {}, {}};
    if (options_.mask != nullptr) source.mask.emplace(options_.mask);
    sources_.push_back(std::move(source));
  }
  if (options_.mask != nullptr) read_ = make();
}

Relay::Relay(Relay&& other) noexcept = default;
Relay::~Relay() = default;

void Relay::AddTo(std::vector<pollfd>& fds) const {
  for (const Source& source : sources_) {
    if (source.fd.valid()) fds.push_back({source.fd.get(), POLLIN, 0});
  }
}

int Relay::TimeoutMs(Clock::time_point now) const {
  int timeout = -1;
  for (const Source& source : sources_) {
    if (source.used == 0 && !(source.mask && source.mask->Holds())) continue;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(source.last_read + kIdle - now).count();
    const int due = static_cast<int>(std::clamp<std::int64_t>(left, 0, kIdle.count()));
    timeout = timeout < 0 ? due : std::min(timeout, due);
  }
  return timeout;
}

int Relay::Pass(Clock::time_point now) {
  for (Source& source : sources_) {
    const int error = Read(source, now);
    if (error == ECANCELED) return error;
    const bool idle = error == EAGAIN && now - source.last_read >= kIdle;
    if (idle && FlushMask(source) == ECANCELED) return ECANCELED;
    if (PassLines(source, idle) == ECANCELED) return ECANCELED;
  }
  return 0;
}

int Relay::Drain() {
  for (Source& source : sources_) {
    for (int reads = 0; reads < kDrainReads; ++reads) {
      const int error = Read(source, source.last_read);
      if (error == ECANCELED || PassLines(source, error != 0) == ECANCELED) return ECANCELED;
      if (error != 0) break;
    }
    if (FlushMask(source) == ECANCELED) return ECANCELED;
    if (PassLines(source, true) == ECANCELED) return ECANCELED;
  }
  return 0;
}

// 0 when something was read; EAGAIN when nothing is there; ENODATA when the source has ended;
// ECANCELED when writing was aborted.
int Relay::Read(Source& source, Clock::time_point now) {
  if (!source.fd.valid()) return ENODATA;
  char* const room = source.mask ? read_->data() : source.buffer->data() + source.used;
  const ssize_t count =
      read(source.fd.get(), room, source.mask ? kRelayBuffer : kRelayBuffer - source.used);
  if (count > 0) {
    source.last_read = now;
    const auto size = static_cast<std::size_t>(count);
    if (source.mask) return TakeMasked(source, {room, size}) == ECANCELED ? ECANCELED : 0;
    source.used += size;
    return 0;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return EAGAIN;
  source.fd.reset();
  return FlushMask(source) == ECANCELED ? ECANCELED : ENODATA;
}

int Relay::TakeMasked(Source& source, std::string_view bytes) {
  masked_.clear();
  source.mask->Feed(bytes, masked_);
  explicit_bzero(read_->data(), bytes.size());
  return PassMasked(source);
}

int Relay::FlushMask(Source& source) {
  if (!source.mask || !source.mask->Holds()) return 0;
  masked_.clear();
  source.mask->Flush(masked_);
  return PassMasked(source);
}

// Passes `masked_` on, or adds it to the line that is not whole yet.
int Relay::PassMasked(Source& source) {
  if (!options_.lines) {
    std::array<iovec, 1> part = {Part(masked_)};
    const int error = out_->Write(part);
    if (error == EPIPE) CloseSources();
    return error;
  }
  for (std::string_view rest = masked_; !rest.empty();) {
    const std::size_t count = std::min(rest.size(), kRelayBuffer - source.used);
    std::memcpy(source.buffer->data() + source.used, rest.data(), count);
    source.used += count;
    rest.remove_prefix(count);
    if (const int error = PassLines(source, false); error != 0) return error;
  }
  return 0;
}

// Passes on the whole lines that are there, and with `all` the rest too. What could not be written
// is gone, as it would be for the application alone.
int Relay::PassLines(Source& source, bool all) {
  const std::size_t newline = source.bytes().rfind('\n');
  const std::size_t whole = newline == std::string_view::npos ? 0 : newline + 1;
  int error = 0;
  if (whole > 0) {
    error = Send(source, source.bytes().substr(0, whole), false);
    source.Consume(whole);
  }
  if (source.used == 0 || !(all || !source.fd.valid() || source.used == kRelayBuffer)) return error;
  if (error == 0) error = Send(source, source.bytes(), true);
  source.used = 0;
  return error;
}

int Relay::Send(const Source& source, std::string_view bytes, bool partial) {
  Batch batch(out_);
  const bool continued = open_ == &source && out_->mid_line();
  bool check = !continued || out_->last_byte() == '\r';
  int error = !continued && out_->mid_line() ? batch.Add("\n") : 0;
  while (error == 0 && !bytes.empty()) {
    error = AddMarked(batch, CutThrough(bytes, '\n'), check, options_.format);
    check = true;
  }
  if (error == 0) error = batch.Write();
  open_ = partial ? &source : nullptr;
  if (error == EPIPE) CloseSources();
  return error;
}

// Nobody reads stderr any more: without readers the application gets EPIPE, as it would bare.
void Relay::CloseSources() {
  for (Source& source : sources_) source.fd.reset();
}

}  // namespace nodeward
