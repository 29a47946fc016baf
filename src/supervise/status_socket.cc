#include "supervise/status_socket.h"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "judge/caller.h"

namespace nodeward {
namespace {

constexpr int kBacklog = 8;

// Whether somebody listens there. A full backlog is an answer, too.
bool IsAnswered(const sockaddr_un& address) {
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return true;
  }
  return errno != ECONNREFUSED;
}

// Two that start at once must not both replace what a third has left. Somebody of the same user who
// holds the lock for ever holds nobody up.
void LockFor(int folder) {
  constexpr int kTries = 100;
  const timespec pause{0, 1'000'000};
  for (int i = 0; i < kTries && flock(folder, LOCK_EX | LOCK_NB) != 0; ++i) {
    nanosleep(&pause, nullptr);
  }
}

int BindOrReplace(int fd, const RuntimeFolder& folder, const std::string& file) {
  const auto address = AddressIn(folder, file);
  if (!address) return ENAMETOOLONG;
  const int error = BindPrivately(fd, *address);
  if (error != EADDRINUSE || IsAnswered(*address)) return error;
  if (unlinkat(folder.fd.get(), file.c_str(), 0) != 0) return errno;
  return BindPrivately(fd, *address);
}

}  // namespace

Result<StatusSocket> BindStatusSocket(const RuntimeFolder& folder, const std::string& name) {
  StatusSocket bound;
  bound.name = name;
  bound.listener.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  LockFor(folder.fd.get());
  int error = BindOrReplace(bound.listener.get(), folder, name + std::string(kStatusSuffix));
  if (error == EADDRINUSE) {
    bound.name = name + "-" + std::to_string(getpid());
    error = BindOrReplace(bound.listener.get(), folder, bound.name + std::string(kStatusSuffix));
  }
  // Answered from here on: nobody replaces it.
  if (error == 0 && listen(bound.listener.get(), kBacklog) != 0) error = errno;
  flock(folder.fd.get(), LOCK_UN);
  if (error != 0) return Fail(folder.path + ": " + DescribeErrno(error));
  bound.path = folder.path + "/" + bound.name + std::string(kStatusSuffix);
  return bound;
}

int ConnectToStatus(const RuntimeFolder& folder, const std::string& name, int timeout_ms) {
  const auto address = AddressIn(folder, name + std::string(kStatusSuffix));
  if (!address) return -ENAMETOOLONG;
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{timeout_ms / 1000, timeout_ms % 1000 * 1000};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0) {
    return -errno;
  }
  return fd.release();
}

bool MayAskStatus(const ucred& peer, uid_t own, pid_t supervisor, pid_t keeper) {
  if (peer.uid != 0 && peer.uid != own) return false;
  if (peer.pid == supervisor) return false;
  return !DescendsFrom(peer.pid, keeper);
}

}  // namespace nodeward
