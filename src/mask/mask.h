// Mask: the needles of the secrets that a supervisor knows and of the last sets before, shared by
// the threads that pass output on: what was secret before a change may still be on its way. Parent
// only.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mask/matcher.h"

namespace nodeward {

struct SecretView {
  std::string_view name;
  std::string_view value;
};

class Mask {
 public:
  Mask();

  // From now on this set is masked, and the last few. What cannot be, in words that name each
  // secret. Thread-safe.
  std::vector<std::string> Learn(std::span<const SecretView> secrets);
  // What finds all that was learnt so far. Thread-safe; never null.
  std::shared_ptr<const Matcher> matcher() const;
  // `text` with every occurrence replaced. Thread-safe.
  std::string Apply(std::string_view text) const;

 private:
  std::shared_ptr<const Matcher> United() const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Matcher>> sets_;  // the last ones that were learnt
  std::shared_ptr<const Matcher> matcher_;            // of all of them
};

// "[masked:NAME]".
void AppendMark(std::string_view name, std::string& out);

}  // namespace nodeward
