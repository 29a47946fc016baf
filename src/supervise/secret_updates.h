// The pipe on which nodeward's own module in the application takes new secrets: frames of a length
// (4 bytes, big-endian) and records "NAME=value" with a NUL each (src/preload). In the supervisor's
// loop; nothing is ever read from it.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret_buffer.h"
#include "base/unique_fd.h"
#include "vault/vault.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

class SecretUpdates {
 public:
  // `context` outlives this.
  explicit SecretUpdates(boost::asio::io_context& context);
  ~SecretUpdates();

  // A new pipe for the next launch, in place of the last one's: the application's end, to be closed
  // once it is started.
  Result<UniqueFd> Renew();
  // Sends all of `secrets`. An application that does not read is waited for, and its next frame
  // replaces one that has not begun. Errors: the pipe is closed at the other end.
  Result<void> Send(const Secrets& secrets);

 private:
  class Pipe;
  boost::asio::io_context& context_;
  std::shared_ptr<Pipe> pipe_;
};

// What /proc/PID/fd/N of `fd`, a socket, leads to.
std::string SocketTarget(int fd);

}  // namespace nodeward
