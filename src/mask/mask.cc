#include "mask/mask.h"

#include <utility>

#include "mask/forms.h"
#include "mask/stream_mask.h"

namespace nodeward {
namespace {

// The set of now, and those of the changes before: what was printed a moment ago may still be on
// its way, and a supervisor that sees a change each hour must not grow for it.
constexpr std::size_t kSets = 4;

}  // namespace

Mask::Mask() : matcher_(std::make_shared<const Matcher>(NeedleList())) {}

std::vector<std::string> Mask::Learn(std::span<const SecretView> secrets) {
  std::vector<std::string> unmasked;
  NeedleList list;
  for (const auto& [name, value] : secrets) {
    if (std::string why = AddForms(name, value, list); !why.empty()) {
      unmasked.push_back(std::move(why));
    }
  }
  list.Sort();
  auto learnt = std::make_shared<const Matcher>(list);
  const std::lock_guard lock(mutex_);
  if (!sets_.empty() && sets_.back()->SameNeedles(*learnt)) return unmasked;
  sets_.push_back(std::move(learnt));
  if (sets_.size() > kSets) sets_.erase(sets_.begin());
  matcher_ = sets_.size() == 1 ? sets_.front() : United();
  return unmasked;
}

std::shared_ptr<const Matcher> Mask::United() const {
  NeedleList all;
  for (const auto& set : sets_) set->AddTo(all);
  all.Sort();
  return std::make_shared<const Matcher>(all);
}

std::shared_ptr<const Matcher> Mask::matcher() const {
  const std::lock_guard lock(mutex_);
  return matcher_;
}

std::string Mask::Apply(std::string_view text) const {
  std::string out;
  // Borrowed for the call alone.
  StreamMask once(std::shared_ptr<const Mask>(std::shared_ptr<const Mask>(), this));
  once.Feed(text, out);
  once.Flush(out);
  return out;
}

void AppendMark(std::string_view name, std::string& out) {
  out += "[masked:";
  out += name;
  out += ']';
}

}  // namespace nodeward
