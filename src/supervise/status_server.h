// Answers `nodeward status` in the supervisor's loop: one word in, one answer out, and the
// connection is closed. Few at a time and each for a moment, so that nobody who asks slowly, often
// or nothing holds up the loop or the others for long.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

class StatusServer {
 public:
  // The answer to "json", "text" or "healthy"; empty: none.
  using Answer = std::function<std::string(std::string_view question)>;

  // `listener` may be invalid: then nobody asks. `context` outlives this.
  StatusServer(boost::asio::io_context& context, UniqueFd listener, pid_t keeper, Answer answer);
  ~StatusServer();
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

 private:
  class Clients;
  std::shared_ptr<Clients> clients_;
};

}  // namespace nodeward
