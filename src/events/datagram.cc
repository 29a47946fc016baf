#include "events/datagram.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace nodeward {
namespace {

// The errors of a socket whose daemon went away or was started anew.
bool IsDisconnected(int error) {
  return error == ECONNREFUSED || error == ECONNRESET || error == ENOTCONN || error == EPIPE ||
         error == EBADF || error == EDESTADDRREQ;
}

// A memfd with `payload` that nobody can change any more: journald refuses one without seals.
int MakeSealed(std::string_view payload, UniqueFd& sealed) {
  UniqueFd file(memfd_create("nodeward-event", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return errno;
  while (!payload.empty()) {
    const ssize_t written = write(file.get(), payload.data(), payload.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    payload.remove_prefix(static_cast<std::size_t>(written));
  }
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (fcntl(file.get(), F_ADD_SEALS, kSeals) != 0) return errno;
  sealed = std::move(file);
  return 0;
}

}  // namespace

DatagramSocket::DatagramSocket(std::string path, int abort_fd)
    : path_(std::move(path)), abort_fd_(abort_fd) {}

int DatagramSocket::Open() {
  sockaddr_un address{};
  if (path_.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  UniqueFd opened(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!opened.valid()) return errno;
  // Connected, because only then poll(2) tells whether the daemon's queue has room.
  if (connect(opened.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return errno;
  }
  socket_ = std::move(opened);
  return 0;
}

int DatagramSocket::SendOnce(std::string_view payload, int attached_fd) const {
  iovec part = {const_cast<char*>(payload.data()), payload.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  if (attached_fd < 0) {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
  } else {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &attached_fd, sizeof(int));
  }
  return sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0 ? errno : 0;
}

int DatagramSocket::SendPatiently(std::string_view payload, int attached_fd) {
  bool reconnected = false;
  while (true) {
    const int error = SendOnce(payload, attached_fd);
    if (error == EINTR) continue;
    if (error == EAGAIN) {
      std::array<pollfd, 2> fds = {pollfd{socket_.get(), POLLOUT, 0}, pollfd{abort_fd_, POLLIN, 0}};
      if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return errno;
      if (fds[1].revents != 0) return ECANCELED;
      continue;
    }
    if (!IsDisconnected(error) || std::exchange(reconnected, true)) return error;
    if (const int failure = Open(); failure != 0) return failure;
  }
}

int DatagramSocket::Send(std::string_view payload) { return SendPatiently(payload, -1); }

int DatagramSocket::SendOrAttach(std::string_view payload) {
  const int error = SendPatiently(payload, -1);
  if (error != EMSGSIZE && error != ENOBUFS) return error;
  UniqueFd sealed;
  if (const int failure = MakeSealed(payload, sealed); failure != 0) return failure;
  return SendPatiently({}, sealed.get());
}

}  // namespace nodeward
