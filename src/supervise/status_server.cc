#include "supervise/status_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "supervise/status_socket.h"

namespace nodeward {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr unsigned kMostClients = 8;
constexpr std::chrono::seconds kPatience{1};
constexpr std::size_t kLongestQuestion = 16;

struct Client {
  Client(boost::asio::io_context& context, int fd) : socket(context, fd), deadline(context) {}
  Descriptor socket;
  boost::asio::steady_timer deadline;
};

bool MayAsk(int fd, pid_t keeper) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         MayAskStatus(peer, geteuid(), getpid(), keeper);
}

}  // namespace

// Handlers hold it weakly: it may end while one is queued.
class StatusServer::Clients : public std::enable_shared_from_this<Clients> {
 public:
  Clients(boost::asio::io_context& context, UniqueFd listener, pid_t keeper, Answer answer)
      : context_(context),
        listener_(context, listener.release()),
        pause_(context),
        keeper_(keeper),
        answer_(std::move(answer)) {}

  void Wait() {
    listener_.async_wait(Descriptor::wait_read,
                         [weak = weak_from_this()](boost::system::error_code error) {
                           const auto self = weak.lock();
                           if (error || !self) return;
                           self->Accept();
                         });
  }

 private:
  void Accept() {
    UniqueFd fd(accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.valid() && errno != EAGAIN) return WaitLater();  // no descriptor left, for now
    if (fd.valid() && MayAsk(fd.get(), keeper_)) {
      ++open_;
      Listen(std::make_shared<Client>(context_, fd.release()));
    }
    // The others wait in the backlog until one of these has gone.
    if (open_ < kMostClients) Wait();
  }

  void WaitLater() {
    pause_.expires_after(kPatience);
    pause_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!error && self) self->Wait();
    });
  }

  void Listen(const std::shared_ptr<Client>& client) {
    client->deadline.expires_after(kPatience);
    client->deadline.async_wait([client](boost::system::error_code error) {
      boost::system::error_code ignored;
      if (!error) client->socket.close(ignored);
    });
    client->socket.async_wait(Descriptor::wait_read,
                              [weak = weak_from_this(), client](boost::system::error_code error) {
                                client->deadline.cancel();
                                const auto self = weak.lock();
                                if (!self) return;
                                if (!error) self->Reply(client->socket.native_handle());
                                boost::system::error_code ignored;
                                client->socket.close(ignored);
                                if (self->open_-- == kMostClients) self->Wait();
                              });
  }

  // A question comes whole or not at all, and an answer fits into the socket's buffer.
  void Reply(int fd) {
    std::array<char, kLongestQuestion> buffer{};
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size <= 0 || buffer[static_cast<std::size_t>(size) - 1] != '\n') return;
    const std::string answer =
        answer_(std::string_view(buffer.data(), static_cast<std::size_t>(size) - 1));
    send(fd, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  boost::asio::io_context& context_;
  Descriptor listener_;
  boost::asio::steady_timer pause_;
  pid_t keeper_;
  Answer answer_;
  unsigned open_ = 0;
};

StatusServer::StatusServer(boost::asio::io_context& context, UniqueFd listener, pid_t keeper,
                           Answer answer) {
  if (!listener.valid()) return;
  clients_ = std::make_shared<Clients>(context, std::move(listener), keeper, std::move(answer));
  clients_->Wait();
}

StatusServer::~StatusServer() = default;

}  // namespace nodeward
