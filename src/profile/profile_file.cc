#include "profile/profile_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

std::string_view KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "is a directory";
  if (S_ISFIFO(mode)) return "is a FIFO";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "is a device";
  return "is not a file";
}

tl::unexpected<Error> CannotOpen(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return Fail("profile not found", path, "nodeward profiles");
    case EACCES:
      return Fail("profile: permission denied", path, "ls -l " + path);
    case ENOTDIR:
      return Fail("profile not found: a part of its path is not a folder", path);
    case ELOOP:
      return Fail("profile: too many symbolic links", path);
    case ENXIO:
      return Fail("profile is a socket, not a regular file", path);
    default:
      return Fail("cannot open the profile: " + DescribeErrno(error), path);
  }
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Result<void> CheckFolder(const std::string& path, const std::string& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    return Fail("cannot look at the profile's folder: " + DescribeErrno(errno), folder);
  }
  const bool everyone = (status.st_mode & S_IWOTH) != 0;
  if (!everyone || (status.st_mode & S_ISVTX) != 0) return {};
  return Fail(
      "anyone may replace this profile: its folder is writable by everyone, and nodeward is root",
      path, "chmod o-w " + folder);
}

// What root obeys must be root's alone to change.
Result<void> CheckTrust(const std::string& path, const struct stat& status) {
  if ((status.st_mode & S_IWOTH) != 0) {
    return Fail("anyone may write this profile, and nodeward is root", path, "chmod go-w " + path);
  }
  if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0) {
    return Fail(
        "group " + std::to_string(status.st_gid) + " may write this profile, and nodeward is root",
        path, "chmod g-w " + path);
  }
  if (auto folder = CheckFolder(path, FolderOf(path)); !folder) return folder;
  // Behind symbolic links lies another folder.
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  if (error) return Fail("cannot resolve the profile's path: " + error.message(), path);
  return CheckFolder(path, FolderOf(real.string()));
}

Result<std::string> ReadAll(const std::string& path, int fd) {
  std::string text;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail("cannot read the profile: " + DescribeErrno(errno), path);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMostBytes) return Fail("profile is larger than 1 MiB", path);
  }
}

}  // namespace

Result<ProfileFile> ReadProfileFile(const std::string& path, bool privileged) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return CannotOpen(path, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    return Fail("cannot look at the profile: " + DescribeErrno(errno), path);
  }
  if (!S_ISREG(status.st_mode)) {
    return Fail("profile " + std::string(KindOf(status.st_mode)) + ", not a regular file", path);
  }
  if (privileged) {
    if (auto trusted = CheckTrust(path, status); !trusted) return Fail(trusted.error());
  }
  auto text = ReadAll(path, fd.get());
  if (!text) return Fail(text.error());
  return ProfileFile{std::move(*text), status.st_dev, status.st_ino};
}

}  // namespace nodeward
