#include "events/fd_writer.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

namespace nodeward {
namespace {

// As much of `parts` as poll(2) promised room for: PIPE_BUF bytes, which a pipe also takes without
// mixing them with another writer's, pipe(7).
ssize_t WriteRoom(int fd, std::span<const iovec> parts) {
  std::array<char, PIPE_BUF> bytes;
  std::size_t used = 0;
  for (const iovec& part : parts) {
    const std::size_t count = std::min(part.iov_len, bytes.size() - used);
    if (count > 0) std::memcpy(bytes.data() + used, part.iov_base, count);
    used += count;
  }
  return write(fd, bytes.data(), used);
}

}  // namespace

iovec Part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

FdWriter::FdWriter(int fd, int abort_fd) : abort_fd_(abort_fd) { Replace(fd); }

void FdWriter::Replace(int fd) {
  fd_ = fd;
  struct stat info {};
  const bool known = fstat(fd, &info) == 0;
  if (known && S_ISREG(info.st_mode)) {
    way_ = Way::kPlain;  // poll(2) calls a file writable at any time, and RWF_NOWAIT may not
  } else {
    way_ = known && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) ? Way::kNoWait : Way::kPoll;
  }
  last_byte_ = '\n';
}

int FdWriter::WaitWritable() const {
  std::array<pollfd, 2> fds = {pollfd{fd_, POLLOUT, 0}, pollfd{abort_fd_, POLLIN, 0}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
    if (errno != EINTR) return errno;
  }
  return fds[1].revents != 0 ? ECANCELED : 0;
}

ssize_t FdWriter::WriteSome(std::span<const iovec> parts) {
  const int count = static_cast<int>(parts.size());
  if (way_ == Way::kPlain) return writev(fd_, parts.data(), count);
  if (way_ == Way::kNoWait) {
    const ssize_t written = pwritev2(fd_, parts.data(), count, -1, RWF_NOWAIT);
    if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return written;
    way_ = Way::kPoll;  // pipes before Linux 6.4
  }
  if (const int error = WaitWritable(); error != 0) {
    errno = error;
    return -1;
  }
  return WriteRoom(fd_, parts);
}

int FdWriter::Write(std::span<iovec> parts) {
  while (!parts.empty()) {
    if (parts[0].iov_len == 0) {
      parts = parts.subspan(1);
      continue;
    }
    const ssize_t written = WriteSome(parts.first(std::min<std::size_t>(parts.size(), IOV_MAX)));
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return errno;
      if (const int error = WaitWritable(); error != 0) return error;
      continue;
    }
    for (std::size_t left = static_cast<std::size_t>(written); left > 0;) {
      iovec& part = parts[0];
      const std::size_t used = std::min(left, part.iov_len);
      char* const begin = static_cast<char*>(part.iov_base);
      if (used > 0) last_byte_ = begin[used - 1];
      part = {begin + used, part.iov_len - used};
      left -= used;
      if (part.iov_len == 0) parts = parts.subspan(1);
    }
  }
  return 0;
}

int FdWriter::WriteLine(std::string_view line) {
  std::array<iovec, 3> parts = {Part(mid_line() ? "\n" : ""), Part(line), Part("\n")};
  return Write(parts);
}

}  // namespace nodeward
