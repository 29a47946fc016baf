// FdWriter: writes whole lines to a descriptor that others may hold too. Used by one sink's thread.
//
// It never sits in a blocking write for long: pipes and sockets are written with RWF_NOWAIT, which
// leaves the description's flags alone, and everything else in pieces after poll() said that there
// is room. So neither a full pipe nor an O_NONBLOCK that somebody else set loses a byte, and
// `abort_fd` ends the wait.
#pragma once

#include <sys/uio.h>

#include <span>
#include <string_view>

namespace nodeward {

class FdWriter {
 public:
  // Owns neither descriptor. `abort_fd` becomes readable when waiting has to end.
  FdWriter(int fd, int abort_fd);

  // From now on writes go to `fd`, which begins with a fresh line.
  void Replace(int fd);
  // Writes all of `parts` (their contents are used up) in order. 0, or the errno that stopped it:
  // ECANCELED when `abort_fd` became readable.
  int Write(std::span<iovec> parts);
  // Writes `line` and a newline, on a fresh line: what was left without a newline gets one first.
  int WriteLine(std::string_view line);

  // The last byte written; '\n' before the first.
  char last_byte() const { return last_byte_; }
  bool mid_line() const { return last_byte_ != '\n'; }

 private:
  enum class Way { kPlain, kNoWait, kPoll };

  ssize_t WriteSome(std::span<const iovec> parts);
  int WaitWritable() const;

  int fd_ = -1;
  int abort_fd_ = -1;
  Way way_ = Way::kPoll;  // how the descriptor can be written without blocking
  char last_byte_ = '\n';
};

// An iovec over constant bytes; writev(2) does not change them.
iovec Part(std::string_view bytes);

}  // namespace nodeward
