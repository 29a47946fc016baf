// Matcher: finds every occurrence of every needle, in one pass that does not get slower by their
// number (decisions/masking-samples-the-text.md). Immutable once made, so that threads share it.
//
// Each needle has an anchor, eight of its bytes that few other needles hold. The four pieces of
// five bytes at the anchor's first four places are in a filter of bits. Whatever place an
// occurrence has, one of four neighbouring positions of the text is a multiple of four and shows
// one of these pieces: only those positions are looked at, and what passes the filter is compared
// in full.
//
// The needles, the filters and the index are secret memory. Parent only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_buffer.h"
#include "mask/needle_list.h"

namespace nodeward {

// [begin, end) of a text is an occurrence of a needle.
struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t name = 0;
};

class Matcher {
 public:
  // Bytes behind a text that are read, and mean nothing.
  static constexpr std::size_t kPadding = 8;

  // `list` is sorted.
  explicit Matcher(const NeedleList& list);

  // All occurrences, the first to begin first, of those the longest. `text` is followed by kPadding
  // bytes that may be read.
  void Find(std::string_view text, std::vector<Match>& matches) const;
  // Where the longest end of `text` begins that is the begin of a needle and not yet all of one;
  // the text's size where there is none. `text` as for Find.
  std::size_t PartialStart(std::string_view text) const;

  const std::string& Name(std::uint32_t index) const { return names_[index]; }
  std::size_t size() const { return needles_.size(); }
  bool SameNeedles(const Matcher& other) const;
  // Adds all needles to a list.
  void AddTo(NeedleList& list) const;

 private:
  // What of a needle decides, in the order of their bytes.
  struct Entry {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t name = 0;
    std::uint32_t anchor = 0;  // of its eight bytes, in the needle
  };

  void PlaceBytes(const NeedleList& list);
  void ChooseAnchors();
  void FillTables();
  void Verify(std::string_view text, std::size_t at, std::vector<Match>& matches) const;
  void Compare(std::string_view text, std::size_t anchor, std::vector<Match>& matches) const;
  bool BeginsNeedle(std::string_view part) const;
  std::string_view Bytes(const Entry& entry) const {
    return bytes_.view().substr(entry.offset, entry.size);
  }

  std::vector<std::string> names_;
  std::vector<Entry> needles_;
  SecretBuffer bytes_;
  std::size_t longest_ = 0;
  // A bit for each hash of a piece; of a needle's first eight bytes; `shift` makes a hash's number.
  SecretBuffer pieces_;
  unsigned piece_shift_ = 63;
  SecretBuffer begins_;
  unsigned begin_shift_ = 63;
  SecretBuffer anchors_;  // as pieces_, of anchors
  unsigned anchor_shift_ = 63;
  // By the hash of an anchor: bucket i is ids_[buckets_[i]] to ids_[buckets_[i + 1]].
  SecretBuffer buckets_;
  SecretBuffer ids_;
  unsigned bucket_shift_ = 63;
};

}  // namespace nodeward
