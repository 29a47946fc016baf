#include "judge/caller_object.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "judge/caller_path.h"
#include "judge/caller_walk.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

std::string Own(const Notified& notified, const std::string& entry) {
  return "/proc/" + std::to_string(notified.tid) + "/" + entry;
}

CallerObject OpenOwn(const Notified& notified, const std::string& entry, int missing) {
  CallerObject object;
  object.fd.reset(open(Own(notified, entry).c_str(), O_PATH | O_CLOEXEC));
  if (!object.fd.valid()) object.error = errno == ENOENT ? missing : EACCES;
  // Somebody else's by now: nothing of it is used.
  if (object.fd.valid() && !notified.valid()) object = {EACCES, {}};
  return object;
}

CallerObject OpenFolder(const Notified& notified, int folder) {
  if (folder == AT_FDCWD) return OpenOwn(notified, "cwd", ENOENT);
  if (folder < 0) return {EBADF, {}};
  return OpenOwn(notified, "fd/" + std::to_string(folder), EBADF);
}

// "flags:" of /proc/TID/fdinfo/FD, in octal; -1 when it cannot be read.
long FlagsOf(const Notified& notified, int fd) {
  const std::string path = Own(notified, "fdinfo/" + std::to_string(fd));
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 256> text{};
  if (!file.valid() || read(file.get(), text.data(), text.size() - 1) <= 0) return -1;
  const char* flags = std::strstr(text.data(), "flags:\t");
  return flags == nullptr ? -1 : std::strtol(flags + 7, nullptr, 8);
}

bool IsSameFolder(int one, const char* other) {
  struct stat left {};
  struct stat right {};
  return fstat(one, &left) == 0 && stat(other, &right) == 0 && left.st_dev == right.st_dev &&
         left.st_ino == right.st_ino;
}

// By the kernel, where caller and supervisor see the same paths. Not in /proc, which shows each of
// them its own.
UniqueFd FindAtOnce(int base, const std::string& path, bool follow) {
  open_how how = {};
  how.flags = static_cast<unsigned>(O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
  how.resolve = RESOLVE_NO_MAGICLINKS;
  UniqueFd fd(static_cast<int>(kernel::Call(SYS_openat2, base, reinterpret_cast<long>(path.c_str()),
                                            reinterpret_cast<long>(&how), sizeof(how))));
  if (fd.valid() && IsOfProcesses(fd.get())) fd.reset();
  return fd;
}

}  // namespace

CallerObject FindByPath(const Notified& notified, int folder, const std::string& path,
                        bool follow) {
  if (path.empty()) return {ENOENT, {}};
  CallerObject root = OpenOwn(notified, "root", ENOENT);
  if (root.error != 0) return root;
  CallerObject base;
  if (!path.starts_with('/')) base = OpenFolder(notified, folder);
  if (base.error != 0) return base;
  if (!notified.own_root && IsSameFolder(root.fd.get(), "/")) {
    UniqueFd fd = FindAtOnce(base.fd.get(), path, follow);
    if (fd.valid()) return {0, std::move(fd)};
  }
  // Also for every error: it may be one that the supervisor alone meets.
  CallerObject found = WalkAsCaller(notified, root.fd.get(), base.fd.get(), path, follow);
  return notified.valid() ? std::move(found) : CallerObject{EACCES, {}};
}

CallerObject FindByDescriptor(const Notified& notified, int fd, bool bare) {
  if (fd == AT_FDCWD && !bare) return {EBADF, {}};
  CallerObject object = OpenFolder(notified, fd);
  if (object.error != 0 || bare) return object;
  const long flags = FlagsOf(notified, fd);
  if (!notified.valid()) return {EACCES, {}};
  if (flags < 0 || (flags & O_PATH) != 0) return {EBADF, {}};
  return object;
}

std::string PlaceOf(int object) {
  constexpr std::string_view kDeleted = " (deleted)";
  std::array<char, PATH_MAX> text{};
  const ssize_t size = readlink(LinkTo(object).c_str(), text.data(), text.size());
  // Deeper than a path can say (ENAMETOOLONG): it lies somewhere, and no rule is known to cover it.
  if (size < 0) return "a file whose path is too long to be told";
  std::string path(text.data(), static_cast<std::size_t>(size));
  if (!path.starts_with('/')) return {};
  struct stat facts {};
  if (fstat(object, &facts) != 0 || facts.st_nlink > 0) return path;
  if (path.starts_with("/memfd:") || path.starts_with("/SYSV")) return {};
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

std::string LinkTo(int object) { return "/proc/self/fd/" + std::to_string(object); }

}  // namespace nodeward
