#include "plan/secret_file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

constexpr std::size_t kLongestPassphrase = 1024;
constexpr std::chrono::seconds kInheritedWait{10};

// Restores the terminal whatever happens.
class EchoOff {
 public:
  explicit EchoOff(int terminal) : terminal_(terminal) {
    valid_ = tcgetattr(terminal, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    valid_ = valid_ && tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
  }
  ~EchoOff() {
    if (valid_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  bool valid() const { return valid_; }

 private:
  int terminal_;
  termios before_{};
  bool valid_ = false;
};

Error CannotRead(const std::string& what, const std::string& path, int error) {
  std::string hint;
  if (error == ENOENT) hint = "check the path in the profile's [secrets]";
  if (error == EACCES) hint = "chown it to the user that starts nodeward, chmod 0400";
  return {"cannot read " + what + ": " + DescribeErrno(error), path, hint};
}

Result<std::size_t> ReadAll(int fd, SecretBuffer& buffer, const std::string& what,
                            const std::string& path) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got = read(fd, buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(CannotRead(what, path, errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

struct OpenFile {
  UniqueFd fd;
  std::size_t size;
};

Result<OpenFile> Open(const std::string& path, std::size_t limit, const std::string& what) {
  // O_NONBLOCK: a FIFO planted in the file's place must not hang the launch.
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return Fail(CannotRead(what, path, errno));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Fail(CannotRead(what, path, errno));
  if (S_ISDIR(facts.st_mode)) return Fail(what + " is a folder", path);
  if (!S_ISREG(facts.st_mode)) return Fail(what + " is not a regular file", path);
  if (static_cast<std::size_t>(facts.st_size) > limit) return Fail(what + " is too large", path);
  return OpenFile{std::move(file), static_cast<std::size_t>(facts.st_size)};
}

// Signals are blocked by now: without this look at them Ctrl-C at the question would do nothing.
// True when one asked to end; it stays pending.
bool EndedWhileAsking(int terminal) {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) sigaddset(&ends, signal);
  const UniqueFd signals(signalfd(-1, &ends, SFD_CLOEXEC));
  pollfd waits[] = {{terminal, POLLIN, 0}, {signals.get(), POLLIN, 0}};
  poll(waits, 2, -1);
  return waits[1].revents != 0;
}

}  // namespace

Result<void> CheckSecretFile(const std::string& path, std::size_t limit, const std::string& what) {
  auto file = Open(path, limit, what);
  if (!file) return Fail(file.error());
  return {};
}

Result<SecretBuffer> ReadSecretFile(const std::string& path, std::size_t limit,
                                    const std::string& what) {
  auto file = Open(path, limit, what);
  if (!file) return Fail(file.error());
  SecretBuffer buffer(file->size);
  auto size = ReadAll(file->fd.get(), buffer, what, path);
  if (!size) return Fail(size.error());
  buffer.Shrink(*size);
  return buffer;
}

Result<SecretBuffer> ReadSecretStream(int fd, std::size_t limit, const std::string& what) {
  SecretBuffer buffer(limit + 1);
  auto size = ReadAll(fd, buffer, what, {});
  if (!size) return Fail(size.error());
  if (*size > limit) {
    return Fail(what + " is too large: over " + std::to_string(limit) + " bytes");
  }
  buffer.Shrink(*size);
  return buffer;
}

Result<void> CheckInherited(int descriptor, const std::string& what) {
  const std::string where = "fd:" + std::to_string(descriptor);
  struct stat facts {};
  // Whatever crossed execve(2) is without the flag, and all of nodeward's own have it: a number
  // that was not given to nodeward may be one of those by now.
  const int own = fcntl(descriptor, F_GETFD);
  const int mode = fcntl(descriptor, F_GETFL);
  if (own < 0 || (own & FD_CLOEXEC) != 0 || mode < 0 || fstat(descriptor, &facts) != 0) {
    return Fail(what + " is to come from a descriptor that is not open", where,
                "start nodeward with " + std::to_string(descriptor) + "< FILE");
  }
  if ((mode & O_ACCMODE) == O_WRONLY || (mode & O_PATH) != 0) {
    return Fail(what + " is to come from a descriptor that cannot be read", where);
  }
  if (S_ISREG(facts.st_mode) || S_ISFIFO(facts.st_mode)) return {};
  return Fail(what + " is to come from a descriptor that is neither a file nor a pipe", where,
              "systemd's sockets (LISTEN_FDS) begin at 3: take another number");
}

Result<SecretBuffer> ReadInherited(int descriptor, std::size_t limit, const std::string& what) {
  const std::string where = "fd:" + std::to_string(descriptor);
  if (auto checked = CheckInherited(descriptor, what); !checked) return Fail(checked.error());
  const auto deadline = std::chrono::steady_clock::now() + kInheritedWait;
  SecretBuffer buffer(limit + 1);
  std::size_t size = 0;
  while (size < buffer.size()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wait{descriptor, POLLIN, 0};
    const int ready = left.count() <= 0 ? 0 : poll(&wait, 1, static_cast<int>(left.count()));
    if (ready == 0) return Fail(what + ": the pipe was not closed within 10 s", where);
    const ssize_t got = read(descriptor, buffer.data() + size, buffer.size() - size);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return Fail("cannot read " + what + ": " + DescribeErrno(errno), where);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == 0) {
    return Fail(what + ": the descriptor gave nothing", where,
                "it is read from where it stands, and only once");
  }
  if (size > limit) {
    return Fail(what + " is too large: over " + std::to_string(limit) + " bytes", where);
  }
  buffer.Shrink(size);
  return buffer;
}

Result<SecretBuffer> AskHidden(const std::string& question, const std::string& what) {
  const UniqueFd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid())
    return Fail("a " + what + " is wanted, and there is no terminal to ask on");
  const EchoOff quiet(terminal.get());
  if (!quiet.valid()) return Fail("cannot switch off the terminal's echo for the " + what);
  if (write(terminal.get(), question.data(), question.size()) < 0) {
    return Fail("cannot ask for the " + what + ": " + DescribeErrno(errno));
  }
  if (EndedWhileAsking(terminal.get())) return Fail("interrupted; no " + what + " was given");
  SecretBuffer line(kLongestPassphrase);
  const ssize_t size = read(terminal.get(), line.data(), line.size());
  if (size <= 0) return Fail("no " + what + " was given");
  const std::size_t newline = line.view().substr(0, static_cast<std::size_t>(size)).find('\n');
  if (newline == std::string_view::npos) return Fail("the " + what + " is longer than 1024 bytes");
  line.Shrink(newline);
  return line;
}

}  // namespace nodeward
