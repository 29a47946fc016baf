#include "judge/caller_path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/unique_fd.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

// What "self" in /proc means to the caller.
std::string AsCaller(const std::string& path, const Notified& notified) {
  const std::string process = "/proc/" + std::to_string(notified.caller.process);
  const std::string thread = process + "/task/" + std::to_string(notified.tid);
  constexpr std::string_view kSelf = "/proc/self";
  constexpr std::string_view kThread = "/proc/thread-self";
  const auto below = [&](std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  };
  if (below(kSelf)) return process + path.substr(kSelf.size());
  if (below(kThread)) return thread + path.substr(kThread.size());
  return path;
}

UniqueFd OpenBase(const Notified& notified, int folder) {
  std::string path = "/proc/" + std::to_string(notified.tid);
  path += folder == AT_FDCWD ? "/cwd" : "/fd/" + std::to_string(folder);
  UniqueFd base(open(path.c_str(), O_PATH | O_CLOEXEC));
  return notified.valid() ? std::move(base) : UniqueFd();
}

// The last part by itself: that of a file to be made.
std::optional<CallerPath> FindParent(const Notified& notified, int base, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = path.substr(slash + 1);  // npos + 1 is 0
  if (name.empty() || name == "." || name == "..") return std::nullopt;
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const UniqueFd fd(OpenAsCaller(notified, base, folder, O_DIRECTORY));
  if (!fd.valid()) return std::nullopt;
  auto real = RealPathOf(fd.get());
  if (!real) return std::nullopt;
  return CallerPath{(*real == "/" ? "" : *real) + "/" + name, false};
}

}  // namespace

int ReadCallerPath(CallerMemory& memory, std::uint64_t address, std::string& path) {
  std::array<char, PATH_MAX> text{};
  std::size_t size = 0;
  while (size < text.size()) {
    // Page by page: what follows the string may not be mapped.
    const std::size_t page = 4096 - (address + size) % 4096;
    const std::size_t got =
        memory.Read(address + size, text.data() + size, std::min(page, text.size() - size));
    if (const void* end = std::memchr(text.data() + size, '\0', got)) {
      path.assign(static_cast<const char*>(text.data()), static_cast<const char*>(end));
      return 0;
    }
    if (got == 0) return EFAULT;
    size += got;
  }
  return ENAMETOOLONG;
}

std::optional<std::string> RealPathOf(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  std::array<char, PATH_MAX + 1> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size() - 1);
  if (size <= 0 || target[0] != '/') return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

int OpenAsCaller(const Notified& notified, int base, const std::string& path, int flags) {
  flags |= O_PATH | O_CLOEXEC;
  if (!notified.own_root) return openat(base, path.c_str(), flags);
  const std::string link = "/proc/" + std::to_string(notified.tid) + "/root";
  const UniqueFd root(open(link.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid() || !notified.valid()) {
    errno = EACCES;
    return -1;
  }
  open_how how = {};
  how.flags = static_cast<unsigned>(flags);
  // A relative path that climbs stays beneath its base then: told less, never more.
  how.resolve = RESOLVE_IN_ROOT;
  const int from = path.starts_with('/') ? root.get() : base;
  const long fd = kernel::Call(SYS_openat2, from, reinterpret_cast<long>(path.c_str()),
                               reinterpret_cast<long>(&how), sizeof(how));
  if (fd < 0) errno = static_cast<int>(-fd);
  return static_cast<int>(fd < 0 ? -1 : fd);
}

std::optional<CallerPath> FindCallerPath(const Notified& notified, int folder,
                                         std::uint64_t address, bool follow) {
  std::string written;
  if (ReadCallerPath(notified.memory, address, written) != 0 || written.empty()) {
    return std::nullopt;
  }
  const std::string path = AsCaller(written, notified);
  UniqueFd base;
  if (!path.starts_with('/')) {
    base = OpenBase(notified, folder);
    if (!base.valid()) return std::nullopt;
  }
  const UniqueFd fd(OpenAsCaller(notified, base.get(), path, follow ? 0 : O_NOFOLLOW));
  if (!fd.valid()) return errno == ENOENT ? FindParent(notified, base.get(), path) : std::nullopt;
  auto real = RealPathOf(fd.get());
  if (!real) return std::nullopt;
  return CallerPath{std::move(*real), true};
}

}  // namespace nodeward
