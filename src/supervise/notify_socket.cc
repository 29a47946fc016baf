#include "supervise/notify_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "judge/caller.h"

namespace nodeward {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr std::size_t kLongest = 4096;
// A flood of messages costs at most this many in each pause.
constexpr int kAtOnce = 16;
constexpr std::chrono::milliseconds kPause{20};

std::optional<ucred> SenderOf(msghdr& header) {
  for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr;
       entry = CMSG_NXTHDR(&header, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_CREDENTIALS) continue;
    ucred sender{};
    std::memcpy(&sender, CMSG_DATA(entry), sizeof(sender));
    return sender;
  }
  return std::nullopt;
}

}  // namespace

Result<BoundNotifySocket> BindNotifySocket(const RuntimeFolder& folder, const std::string& name,
                                           uid_t uid, gid_t gid) {
  BoundNotifySocket bound;
  const std::string file = name + ".notify";
  bound.path = folder.path + "/" + file;
  const auto address = AddressIn(folder, file);
  // The application uses the path itself.
  if (!address || bound.path.size() >= sizeof(address->sun_path)) {
    return Fail(bound.path + " is too long for a socket's address");
  }
  bound.fd.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  setsockopt(bound.fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
  unlinkat(folder.fd.get(), file.c_str(), 0);  // of one that was killed
  if (const int error = BindPrivately(bound.fd.get(), *address); error != 0) {
    return Fail(bound.path + ": " + DescribeErrno(error));
  }
  if (uid != geteuid() &&
      fchownat(folder.fd.get(), file.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) != 0) {
    const int error = errno;
    unlinkat(folder.fd.get(), file.c_str(), 0);
    return Fail(bound.path + " cannot be given to user " + std::to_string(uid) + ": " +
                DescribeErrno(error));
  }
  return bound;
}

// Handlers hold it weakly: it may end while one is queued.
class NotifySocket::Reader : public std::enable_shared_from_this<Reader> {
 public:
  Reader(boost::asio::io_context& context, UniqueFd fd, pid_t keeper, Take take)
      : socket_(context, fd.release()), pause_(context), keeper_(keeper), take_(std::move(take)) {}

  void Wait() {
    socket_.async_wait(Descriptor::wait_read,
                       [weak = weak_from_this()](boost::system::error_code error) {
                         const auto self = weak.lock();
                         if (error || !self) return;
                         for (int left = kAtOnce; left > 0 && self->ReadOne(); --left) {
                         }
                         self->WaitLater();
                       });
  }

 private:
  void WaitLater() {
    pause_.expires_after(kPause);
    pause_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!error && self) self->Wait();
    });
  }

  // False when none waits. Descriptors that come along (a barrier's) find no room and are closed by
  // the kernel, which is what their sender waits for.
  bool ReadOne() {
    std::array<char, kLongest> text{};
    iovec part{text.data(), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0) return false;
    const auto sender = SenderOf(header);
    const bool whole = (header.msg_flags & MSG_TRUNC) == 0;
    if (whole && sender && IsKnown(sender->pid)) {
      take_(ParseNotify({text.data(), static_cast<std::size_t>(size)}));
    }
    return true;
  }

  // What the application sends to an address is sent by the supervisor in its place, and nothing
  // else of nodeward sends here.
  bool IsKnown(pid_t sender) const {
    return sender == getpid() || (sender > 0 && DescendsFrom(sender, keeper_));
  }

  Descriptor socket_;
  boost::asio::steady_timer pause_;
  pid_t keeper_;
  Take take_;
};

NotifySocket::NotifySocket(boost::asio::io_context& context, UniqueFd fd, pid_t keeper, Take take) {
  if (!fd.valid()) return;
  reader_ = std::make_shared<Reader>(context, std::move(fd), keeper, std::move(take));
  reader_->Wait();
}

NotifySocket::~NotifySocket() = default;

}  // namespace nodeward
