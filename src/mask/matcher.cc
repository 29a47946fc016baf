#include "mask/matcher.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace nodeward {
namespace {

constexpr std::size_t kAnchor = 8;  // bytes; as many as the shortest needle has
constexpr std::size_t kPiece = 5;
constexpr std::size_t kStride = kAnchor - kPiece + 1;
constexpr std::size_t kCandidates = 32;    // places of a needle that are considered for its anchor
constexpr std::size_t kBitsForPiece = 32;  // of the filter: one position in 32 passes by chance
static_assert(kAnchor == kShortestNeedle && kAnchor == sizeof(std::uint64_t));

std::uint64_t Load(const char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// The five bytes at the front; both processors are little-endian.
static_assert(std::endian::native == std::endian::little);
std::uint64_t Piece(std::uint64_t eight) { return eight << (8 * (kAnchor - kPiece)); }

// The high bits of a product: all bytes reach them.
std::uint64_t Hash(std::uint64_t value) { return value * 0x9e3779b97f4a7c15U; }

// For 2^n places, n at least `least`, and no fewer than `count`.
unsigned ShiftFor(std::size_t count, unsigned least) {
  const auto wanted = static_cast<unsigned>(std::bit_width(std::max<std::size_t>(count, 2) - 1));
  return 64 - std::max(least, wanted);
}
std::size_t Places(unsigned shift) { return std::size_t{1} << (64 - shift); }

void SetBit(SecretBuffer& bits, std::uint64_t place) {
  bits.data()[place / 8] |= static_cast<unsigned char>(1U << (place % 8));
}
bool HasBit(const unsigned char* bits, std::uint64_t place) {
  return ((unsigned{bits[place / 8]} >> (place % 8)) & 1U) != 0;
}

template <class T>
T* As(SecretBuffer& buffer) {
  return reinterpret_cast<T*>(buffer.data());
}
template <class T>
const T* As(const SecretBuffer& buffer) {
  return reinterpret_cast<const T*>(buffer.data());
}

unsigned ClassOf(unsigned char byte) {
  if (byte >= '0' && byte <= '9') return 0;
  if (byte >= 'a' && byte <= 'z') return 1;
  return byte >= 'A' && byte <= 'Z' ? 2 : 3;
}

// How unlike ordinary text eight bytes are: changes between kinds of characters, and of them.
unsigned Oddity(std::string_view eight) {
  unsigned odd = 0;
  for (std::size_t i = 1; i < eight.size(); ++i) {
    const auto before = static_cast<unsigned char>(eight[i - 1]);
    const auto now = static_cast<unsigned char>(eight[i]);
    odd += ClassOf(before) != ClassOf(now) ? 2U : 0U;
    odd += before != now ? 1U : 0U;
  }
  return odd;
}

}  // namespace

Matcher::Matcher(const NeedleList& list) : names_(list.names()) {
  PlaceBytes(list);
  ChooseAnchors();
  FillTables();
}

void Matcher::PlaceBytes(const NeedleList& list) {
  std::size_t total = 0;
  for (const Needle& needle : list.needles()) total += needle.size;
  bytes_ = SecretBuffer(total + kPadding);
  std::uint32_t at = 0;
  for (const Needle& needle : list.needles()) {
    const std::string_view form = list.Bytes(needle);
    std::memcpy(bytes_.data() + at, form.data(), form.size());
    needles_.push_back({at, needle.size, needle.name, 0});
    at += needle.size;
    longest_ = std::max<std::size_t>(longest_, needle.size);
  }
}

// The anchor that the fewest needles hold: a text full of what many secrets have in common, such as
// a token's header, then passes no filter.
void Matcher::ChooseAnchors() {
  // Where two share a place, the count is too high: the anchor is then a worse one, and no wrong
  // one.
  const unsigned shift = ShiftFor(std::min<std::size_t>(2 * bytes_.size(), 1U << 15), 10);
  SecretBuffer counts(Places(shift) * sizeof(std::uint16_t));
  auto* const count = As<std::uint16_t>(counts);
  const auto place = [&](std::string_view form, std::size_t at) -> std::uint16_t& {
    return count[Hash(Load(form.data() + at)) >> shift];
  };
  for (const Entry& entry : needles_) {
    const std::string_view form = Bytes(entry);
    for (std::size_t at = 0; at + kAnchor <= form.size(); ++at) {
      std::uint16_t& here = place(form, at);
      if (here != UINT16_MAX) ++here;
    }
  }
  for (Entry& entry : needles_) {
    const std::string_view form = Bytes(entry);
    const std::size_t places = form.size() - kAnchor + 1;
    const std::size_t step = (places + kCandidates - 1) / kCandidates;
    std::uint64_t best = UINT64_MAX;
    for (std::size_t at = 0; at < places; at += step) {
      const std::uint64_t cost =
          std::uint64_t{place(form, at)} * 64 + (63 - Oddity(form.substr(at, kAnchor)));
      if (cost >= best) continue;
      best = cost;
      entry.anchor = static_cast<std::uint32_t>(at);
    }
  }
}

void Matcher::FillTables() {
  piece_shift_ = ShiftFor(needles_.size() * kStride * kBitsForPiece, 9);
  pieces_ = SecretBuffer(Places(piece_shift_) / 8);
  begin_shift_ = ShiftFor(needles_.size() * kBitsForPiece, 9);
  begins_ = SecretBuffer(Places(begin_shift_) / 8);
  anchor_shift_ = ShiftFor(needles_.size() * kBitsForPiece, 9);
  anchors_ = SecretBuffer(Places(anchor_shift_) / 8);
  bucket_shift_ = ShiftFor(2 * needles_.size(), 4);
  buckets_ = SecretBuffer((Places(bucket_shift_) + 2) / 2 * sizeof(std::uint64_t));
  ids_ = SecretBuffer((needles_.size() + 1) / 2 * sizeof(std::uint64_t));
  auto* const ends = As<std::uint32_t>(buckets_);
  const auto bucket = [&](const Entry& entry) {
    return Hash(Load(Bytes(entry).data() + entry.anchor)) >> bucket_shift_;
  };
  for (const Entry& entry : needles_) {
    const char* const form = Bytes(entry).data();
    for (std::size_t i = 0; i < kStride; ++i) {
      // The last piece's load reaches past the needle: bytes_ has room behind.
      SetBit(pieces_, Hash(Piece(Load(form + entry.anchor + i))) >> piece_shift_);
    }
    SetBit(anchors_, Hash(Load(form + entry.anchor)) >> anchor_shift_);
    SetBit(begins_, Hash(Load(form)) >> begin_shift_);
    ++ends[bucket(entry)];
  }
  for (std::size_t i = 1; i <= Places(bucket_shift_); ++i) ends[i] += ends[i - 1];
  // Filled from the end: each end becomes its bucket's begin.
  for (std::size_t i = needles_.size(); i-- > 0;) {
    As<std::uint32_t>(ids_)[--ends[bucket(needles_[i])]] = static_cast<std::uint32_t>(i);
  }
}

void Matcher::Find(std::string_view text, std::vector<Match>& matches) const {
  matches.clear();
  if (text.size() < kShortestNeedle || needles_.empty()) return;
  const unsigned char* const bits = pieces_.data();
  const unsigned shift = piece_shift_;
  const char* const begin = text.data();
  const auto passes = [&](std::size_t at) {
    return HasBit(bits, Hash(Piece(Load(begin + at))) >> shift);
  };
  constexpr std::size_t kTogether = 4;  // positions for each branch
  std::size_t at = 0;
  for (; at + kTogether * kStride <= text.size(); at += kTogether * kStride) {
    unsigned hits = 0;
    for (std::size_t i = 0; i < kTogether; ++i) {
      hits |= static_cast<unsigned>(passes(at + i * kStride)) << i;
    }
    for (; hits != 0; hits &= hits - 1) {
      Verify(text, at + static_cast<std::size_t>(std::countr_zero(hits)) * kStride, matches);
    }
  }
  for (; at + kPiece <= text.size(); at += kStride) {
    if (passes(at)) Verify(text, at, matches);
  }
  const auto before = [](const Match& a, const Match& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  };
  // Found in the order of their anchors, which mostly is the same.
  if (!std::is_sorted(matches.begin(), matches.end(), before)) {
    std::sort(matches.begin(), matches.end(), before);
  }
}

// A piece of an anchor may be at `at`: the anchor begins there or up to three bytes before. Which
// of the four it is cannot be predicted, so that all are asked before there is a branch.
void Matcher::Verify(std::string_view text, std::size_t at, std::vector<Match>& matches) const {
  unsigned hits = 0;
  const std::size_t last = text.size() - kAnchor;
  for (std::size_t back = 0; back < kStride; ++back) {
    const std::size_t anchor = at < back ? 0 : at - back;
    const std::uint64_t hash = Hash(Load(text.data() + anchor));
    const bool inside = at >= back && anchor <= last;
    hits |= static_cast<unsigned>(inside && HasBit(anchors_.data(), hash >> anchor_shift_)) << back;
  }
  for (; hits != 0; hits &= hits - 1) {
    Compare(text, at - static_cast<std::size_t>(std::countr_zero(hits)), matches);
  }
}

void Matcher::Compare(std::string_view text, std::size_t anchor,
                      std::vector<Match>& matches) const {
  const std::uint64_t eight = Load(text.data() + anchor);
  const std::uint64_t bucket = Hash(eight) >> bucket_shift_;
  const auto* const ends = As<std::uint32_t>(buckets_);
  for (std::uint32_t i = ends[bucket]; i < ends[bucket + 1]; ++i) {
    const Entry& entry = needles_[As<std::uint32_t>(ids_)[i]];
    if (entry.anchor > anchor) continue;
    const std::size_t begin = anchor - entry.anchor;
    if (entry.size > text.size() - begin) continue;
    const char* const form = bytes_.view().data() + entry.offset;
    if (Load(form + entry.anchor) != eight) continue;
    // The last bytes first: those that a text which only begins like a needle has not.
    const std::size_t tail = entry.size - kAnchor;
    if (Load(form + tail) != Load(text.data() + begin + tail)) continue;
    if (std::memcmp(form, text.data() + begin, entry.size) != 0) continue;
    matches.push_back({begin, begin + entry.size, entry.name});
  }
}

std::size_t Matcher::PartialStart(std::string_view text) const {
  if (needles_.empty()) return text.size();
  std::size_t at = text.size() < longest_ ? 0 : text.size() - longest_ + 1;
  for (; at < text.size(); ++at) {
    if (text.size() - at >= kAnchor &&
        !HasBit(begins_.data(), Hash(Load(text.data() + at)) >> begin_shift_)) {
      continue;
    }
    if (BeginsNeedle(text.substr(at))) break;
  }
  return at;
}

// Whether a longer needle begins with `part`. They are in order, and no two are the same: such a
// needle is the first that is not less than `part`, or the next after `part` itself.
bool Matcher::BeginsNeedle(std::string_view part) const {
  auto found = std::lower_bound(
      needles_.begin(), needles_.end(), part,
      [&](const Entry& entry, std::string_view wanted) { return Bytes(entry) < wanted; });
  if (found != needles_.end() && found->size == part.size() && Bytes(*found) == part) ++found;
  return found != needles_.end() && Bytes(*found).starts_with(part);
}

bool Matcher::SameNeedles(const Matcher& other) const {
  return std::ranges::equal(needles_, other.needles_, [&](const Entry& mine, const Entry& theirs) {
    return Bytes(mine) == other.Bytes(theirs) && names_[mine.name] == other.names_[theirs.name];
  });
}

void Matcher::AddTo(NeedleList& list) const {
  for (const Entry& entry : needles_) list.Add(Bytes(entry), list.Name(names_[entry.name]));
}

}  // namespace nodeward
