// Mask: the needles of all secrets that a supervisor has known, shared by the threads that pass
// output on. It only grows: what was secret before a restart may still be on its way. Parent only.
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

  // From now on these are masked, too. What cannot be, in words that name each secret.
  // Thread-safe.
  std::vector<std::string> Learn(std::span<const SecretView> secrets);
  // What finds all that was learnt so far. Thread-safe; never null.
  std::shared_ptr<const Matcher> matcher() const;
  // `text` with every occurrence replaced. Thread-safe.
  std::string Apply(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Matcher> matcher_;
};

// "[masked:NAME]".
void AppendMark(std::string_view name, std::string& out);

}  // namespace nodeward
