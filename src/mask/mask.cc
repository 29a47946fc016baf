#include "mask/mask.h"

#include <utility>

#include "mask/forms.h"
#include "mask/stream_mask.h"

namespace nodeward {

Mask::Mask() : matcher_(std::make_shared<const Matcher>(NeedleList())) {}

std::vector<std::string> Mask::Learn(std::span<const SecretView> secrets) {
  std::vector<std::string> unmasked;
  NeedleList list;
  for (const auto& [name, value] : secrets) {
    if (std::string why = AddForms(name, value, list); !why.empty()) {
      unmasked.push_back(std::move(why));
    }
  }
  matcher()->AddTo(list);
  list.Sort();
  auto grown = std::make_shared<const Matcher>(list);
  const std::lock_guard lock(mutex_);
  if (grown->size() != matcher_->size()) matcher_ = std::move(grown);
  return unmasked;
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
