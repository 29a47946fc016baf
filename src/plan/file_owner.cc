#include "plan/file_owner.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/result.h"
#include "host/trusted_path.h"
#include "plan/secrets.h"

namespace nodeward {
namespace {

bool IsOurs(uid_t owner) { return owner == 0 || owner == geteuid(); }

std::string JudgeOne(const std::string& path, bool holds_ours) {
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0) return path + ": " + DescribeErrno(errno);
  if (!IsOurs(facts.st_uid)) return "user " + std::to_string(facts.st_uid) + " owns " + path;
  const bool writable = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (S_ISLNK(facts.st_mode) || !writable) return {};
  if (holds_ours && (facts.st_mode & S_ISVTX) != 0) return {};
  return "others may write to " + path;
}

// The path without links, and every folder above it.
std::string JudgeUpwards(const std::string& path) {
  if (std::string why = JudgeOne(path, false); !why.empty()) return why;
  for (std::string at = path; at.size() > 1;) {
    at.resize(std::max<std::size_t>(at.rfind('/'), 1));
    if (std::string why = JudgeOne(at, true); !why.empty()) return why;
  }
  return {};
}

}  // namespace

std::string WhyOthersMayChange(const std::string& path) {
  const auto found = ResolveTrusted(path, std::nullopt);
  if (!found) return found.error().what;
  for (const std::string& link : found->links) {
    if (std::string why = JudgeUpwards(link); !why.empty()) return why;
  }
  return JudgeUpwards(found->real);
}

std::vector<std::string> SecretFiles(const Profile& profile) {
  auto files = VaultPaths(profile);
  const std::string identity = FindIdentity(profile).path;
  if (!identity.empty()) files.push_back(identity);  // what a descriptor gave does not change
  return files;
}

Result<void> BelieveVaults(const Profile& profile) {
  for (const std::string& file : SecretFiles(profile)) {
    const std::string why = WhyOthersMayChange(file);
    if (!why.empty()) return Fail("it is not believed: " + why, file, "chown root, chmod go-w");
  }
  return {};
}

}  // namespace nodeward
