// SharedFd: one descriptor with several holders; the last one closes it. Parent only.
#pragma once

#include <memory>
#include <utility>

#include "base/unique_fd.h"

namespace nodeward {

class SharedFd {
 public:
  SharedFd() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): what is owned alone may become shared
  SharedFd(UniqueFd fd) : held_(std::make_shared<const UniqueFd>(std::move(fd))) {}

  int get() const { return held_ ? held_->get() : -1; }
  bool valid() const { return get() >= 0; }
  void reset() { held_.reset(); }

 private:
  std::shared_ptr<const UniqueFd> held_;
};

}  // namespace nodeward
