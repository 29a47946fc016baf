#include "mask/stream_mask.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace nodeward {

StreamMask::StreamMask(std::shared_ptr<const Mask> mask) : mask_(std::move(mask)) {}

StreamMask::~StreamMask() { Drop(used_); }

void StreamMask::Feed(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  Reserve(bytes.size());
  std::memcpy(buffer_.data() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
  const auto matcher = mask_->matcher();
  matcher->Find(this->bytes(), matches_);
  const std::size_t partial = matcher->PartialStart(this->bytes());
  Give(partial, *matcher, out);
  Drop(partial);
}

void StreamMask::Flush(std::string& out) {
  if (!Holds()) return;
  const auto matcher = mask_->matcher();
  matcher->Find(bytes(), matches_);
  Give(used_, *matcher, out);
}

// Gives out what lies before `limit`. An occurrence that begins there is masked to its own end.
void StreamMask::Give(std::size_t limit, const Matcher& matcher, std::string& out) {
  for (const Match& match : matches_) {
    if (match.begin >= limit) break;
    if (match.end <= given_) continue;
    const std::string& name = matcher.Name(match.name);
    const bool joins =
        marked_ && (match.begin < given_ || (match.begin == given_ && name == mark_name_));
    if (!joins) {
      if (match.begin > given_) out.append(buffer_.data() + given_, match.begin - given_);
      AppendMark(name, out);
      mark_name_ = name;
      marked_ = true;
    }
    given_ = match.end;
  }
  if (given_ >= limit) return;
  out.append(buffer_.data() + given_, limit - given_);
  given_ = limit;
  marked_ = false;
}

void StreamMask::Drop(std::size_t count) {
  if (buffer_.empty()) return;
  std::memmove(buffer_.data(), buffer_.data() + count, used_ - count);
  explicit_bzero(buffer_.data() + used_ - count, count);
  used_ -= count;
  given_ -= std::min(given_, count);
}

void StreamMask::Reserve(std::size_t more) {
  const std::size_t wanted = used_ + more + Matcher::kPadding;
  if (buffer_.size() >= wanted) return;
  std::vector<char> larger(wanted * 2);
  if (used_ > 0) std::memcpy(larger.data(), buffer_.data(), used_);
  if (!buffer_.empty()) explicit_bzero(buffer_.data(), buffer_.size());
  buffer_ = std::move(larger);
}

}  // namespace nodeward
