// Notices that a vault or its identity may have changed: inotify(7) on the folders that they lie
// in, since most tools, and Kubernetes' links, replace a file and do not write to it. In the
// supervisor's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

class VaultWatch {
 public:
  // `files`: as the profile names them. `changed` is called once for a burst of changes, when it
  // has been quiet for a moment, or has lasted for seconds; what a link leads to is watched anew
  // then. `context` outlives this.
  static Result<std::unique_ptr<VaultWatch>> Start(boost::asio::io_context& context,
                                                   std::vector<std::string> files,
                                                   std::function<void()> changed);
  ~VaultWatch();
  VaultWatch(const VaultWatch&) = delete;
  VaultWatch& operator=(const VaultWatch&) = delete;

 private:
  class Waits;
  explicit VaultWatch(std::shared_ptr<Waits> waits);
  std::shared_ptr<Waits> waits_;
};

}  // namespace nodeward
