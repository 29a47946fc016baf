#include "cli/asked_path.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "measures/users.h"

namespace nodeward {
namespace {

constexpr int kMostLinks = 40;  // path_resolution(7)

std::optional<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
  return real ? std::optional<std::string>(real.get()) : std::nullopt;
}

std::optional<std::string> ReadLink(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  if (size <= 0 || static_cast<std::size_t>(size) == target.size()) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string Below(const std::string& folder, const std::string& name) {
  return folder == "/" ? folder + name : folder + "/" + name;
}

Error Unresolved(const std::string& path, int error) {
  return {"cannot be resolved: " + DescribeErrno(error), path};
}

// `path` is absolute. Where its end is missing: the folder that is there, and what is not.
Result<std::string> Resolve(std::string path, int& links) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (auto real = RealPath(path)) return *real;
  if (errno != ENOENT) return Fail(Unresolved(path, errno));
  // A link that leads nowhere yet: a file made through it is made there.
  if (const auto target = ReadLink(path)) {
    if (--links < 0) return Fail(Unresolved(path, ELOOP));
    return Resolve(target->starts_with('/') ? *target : Below(FolderOf(path), *target), links);
  }
  auto folder = Resolve(FolderOf(path), links);
  if (!folder) return folder;
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name == "." || name == "..") return Fail(Unresolved(path, ENOENT));
  return Below(*folder, name);
}

// Without doubled slashes and "." parts, which are no links.
std::string Plain(const std::string& path) {
  std::string plain;
  // Every folder on the way must let its user through.
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") plain += "/" + part;
    at = end + 1;
  }
  return plain.empty() ? "/" : plain;
}

bool IsMember(const PlannedIdentity& who, gid_t group) {
  return group == who.gid || std::ranges::count(who.groups, group) > 0;
}

// The bits of its mode that count for `who`: the first class that fits decides, as in the kernel.
mode_t BitsFor(const struct stat& file, const PlannedIdentity& who) {
  if (file.st_uid == who.uid) return file.st_mode >> 6 & 7;
  if (IsMember(who, file.st_gid)) return file.st_mode >> 3 & 7;
  return file.st_mode & 7;
}

std::string Lacking(const std::string& path, mode_t wanted, const PlannedIdentity& who) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return {};
  if ((BitsFor(file, who) & wanted) == wanted) return {};
  char mode[16];
  std::snprintf(mode, sizeof(mode), "%04o", static_cast<unsigned>(file.st_mode & 07777));
  const auto owner = UserFiles().FindUser(file.st_uid);
  const std::string name = owner ? owner->name : std::to_string(file.st_uid);
  return path + " belongs to " + name + ", mode " + mode;
}

}  // namespace

Result<AskedPath> ResolveAsked(const std::string& path, const std::string& workdir) {
  if (path.empty() || path.size() >= PATH_MAX || path.find('\0') != std::string::npos) {
    return Fail("this is no path");
  }
  const std::string whole = path.starts_with('/') ? path : Below(workdir, path);
  int links = kMostLinks;
  auto real = Resolve(whole, links);
  if (!real) return Fail(real.error());
  AskedPath asked;
  asked.real = std::move(*real);
  struct stat file = {};
  asked.exists = stat(asked.real.c_str(), &file) == 0;
  asked.placed = asked.exists || access(FolderOf(asked.real).c_str(), F_OK) == 0;
  asked.folder = asked.exists && S_ISDIR(file.st_mode);
  asked.linked = whole.find("..") == std::string::npos && Plain(whole) != asked.real;
  return asked;
}

std::string RefusedByMode(const AskedPath& path, mode_t wanted, const PlannedIdentity& who) {
  // Every folder on the way must let its user through.
  for (std::size_t at = 0; at != std::string::npos; at = path.real.find('/', at + 1)) {
    const std::string folder = at == 0 ? "/" : path.real.substr(0, at);
    if (auto lacking = Lacking(folder, kMayExecute, who); !lacking.empty()) return lacking;
  }
  if (path.exists) return Lacking(path.real, wanted, who);
  return Lacking(FolderOf(path.real), kMayWrite | kMayExecute, who);
}

}  // namespace nodeward
