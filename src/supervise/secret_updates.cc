#include "supervise/secret_updates.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <optional>
#include <utility>

namespace nodeward {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr std::size_t kLength = 4;

SecretBuffer Frame(const Secrets& secrets) {
  std::size_t size = 0;
  for (const Secret& secret : secrets) size += secret.name.size() + secret.value.size() + 2;
  SecretBuffer frame(kLength + size);
  unsigned char* to = frame.data();
  for (std::size_t i = 0; i < kLength; ++i) {
    *to++ = static_cast<unsigned char>(size >> (8 * (kLength - 1 - i)));
  }
  for (const Secret& secret : secrets) {
    to = std::copy(secret.name.begin(), secret.name.end(), to);
    *to++ = '=';
    to = std::copy(secret.value.view().begin(), secret.value.view().end(), to);
    *to++ = '\0';
  }
  return frame;
}

}  // namespace

class SecretUpdates::Pipe : public std::enable_shared_from_this<Pipe> {
 public:
  Pipe(boost::asio::io_context& context, int fd) : descriptor_(context, fd) {}

  bool Send(SecretBuffer frame) {
    next_ = std::move(frame);
    return Continue();
  }

 private:
  // False when nobody is left to read.
  bool Continue() {
    for (;;) {
      if (sent_ == current_.size()) {
        if (!next_) return true;
        current_ = std::move(*next_);
        next_.reset();
        sent_ = 0;
      }
      const ssize_t count = send(descriptor_.native_handle(), current_.data() + sent_,
                                 current_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return errno == EAGAIN && Wait();
      sent_ += static_cast<std::size_t>(count);
      if (sent_ == current_.size()) current_ = SecretBuffer(), sent_ = 0;
    }
  }

  bool Wait() {
    if (std::exchange(waiting_, true)) return true;
    descriptor_.async_wait(Descriptor::wait_write,
                           [weak = weak_from_this()](boost::system::error_code error) {
                             const auto self = weak.lock();
                             if (error || !self) return;
                             self->waiting_ = false;
                             self->Continue();
                           });
    return true;
  }

  Descriptor descriptor_;
  SecretBuffer current_;  // being sent
  std::size_t sent_ = 0;
  std::optional<SecretBuffer> next_;
  bool waiting_ = false;
};

SecretUpdates::SecretUpdates(boost::asio::io_context& context) : context_(context) {}

SecretUpdates::~SecretUpdates() = default;

Result<UniqueFd> SecretUpdates::Renew() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return Fail("cannot make the pipe for new secrets: " + DescribeErrno(errno));
  }
  shutdown(pair[0], SHUT_RD);  // whatever the application writes goes nowhere
  pipe_ = std::make_shared<Pipe>(context_, pair[0]);
  return UniqueFd(pair[1]);
}

Result<void> SecretUpdates::Send(const Secrets& secrets) {
  if (pipe_ && pipe_->Send(Frame(secrets))) return {};
  return Fail("the application's end of the pipe for new secrets is closed");
}

std::string SocketTarget(int fd) {
  struct stat facts {};
  fstat(fd, &facts);
  return "socket:[" + std::to_string(facts.st_ino) + "]";
}

}  // namespace nodeward
