#include "judge/ruling.h"

#include <utility>

#include "events/codes.h"

namespace nodeward {

Refusal FileRefusal(std::string deed, std::string target, std::string why, std::string hint,
                    bool permitted) {
  return {"file",         codes::kOpenRefused, std::move(deed), std::move(target),
          std::move(why), std::move(hint),     permitted};
}

}  // namespace nodeward
