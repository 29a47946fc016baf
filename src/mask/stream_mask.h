// StreamMask: what one stream prints, with each occurrence of a needle replaced by
// "[masked:NAME]". One for each stream; used by one thread at a time.
//
// Every other byte passes unchanged, whatever it is. Held back is the longest end of what came that
// could still become a needle, and no more. Flush gives that out, too: after an idle moment, and at
// the end. It is remembered all the same, so that of a needle that is completed later at least the
// rest is masked.
//
// Occurrences that overlap become one mark, and so do neighbours of one name. Which name an overlap
// gets: that of the first, and of those the longest.
//
// The stream's own bytes are in ordinary memory, of a process that is undumpable, and are wiped
// once they were given out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mask/mask.h"

namespace nodeward {

class StreamMask {
 public:
  explicit StreamMask(std::shared_ptr<const Mask> mask);
  StreamMask(StreamMask&&) = default;
  StreamMask& operator=(StreamMask&&) = default;
  ~StreamMask();

  // Takes bytes, and appends to `out` what is decided.
  void Feed(std::string_view bytes, std::string& out);
  // Appends what is held back.
  void Flush(std::string& out);
  // Whether there is something to flush.
  bool Holds() const { return given_ < used_; }

 private:
  void Reserve(std::size_t more);
  void Give(std::size_t limit, const Matcher& matcher, std::string& out);
  void Drop(std::size_t count);
  std::string_view bytes() const { return {buffer_.data(), used_}; }

  std::shared_ptr<const Mask> mask_;
  std::vector<char> buffer_;  // what may be part of a needle, given out or not, then padding
  std::size_t used_ = 0;
  std::size_t given_ = 0;  // up to here it was given out, as it is or as a mark
  bool marked_ = false;    // the last that was given out is a mark
  std::string mark_name_;  // whose
  std::vector<Match> matches_;
};

}  // namespace nodeward
