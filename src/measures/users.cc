#include "measures/users.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <cstdio>
#include <memory>

namespace nodeward {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

File OpenFile(const std::string& path) { return {std::fopen(path.c_str(), "re"), &std::fclose}; }

template <class Match>
std::optional<User> Find(const std::string& path, Match match) {
  const File file = OpenFile(path);
  if (!file) return std::nullopt;
  while (const passwd* entry = fgetpwent(file.get())) {
    if (match(*entry)) return User{entry->pw_uid, entry->pw_gid, entry->pw_name, entry->pw_dir};
  }
  return std::nullopt;
}

// 4294967295 means "unchanged" to setresuid(2), so it is no id.
std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == UINT32_MAX) return {};
  return value;
}

}  // namespace

std::optional<User> UserFiles::FindUser(std::string_view name) const {
  return Find(passwd_, [&](const passwd& entry) { return entry.pw_name == name; });
}

std::optional<User> UserFiles::FindUser(uid_t uid) const {
  return Find(passwd_, [&](const passwd& entry) { return entry.pw_uid == uid; });
}

std::optional<gid_t> UserFiles::FindGroup(std::string_view name) const {
  const File file = OpenFile(group_);
  if (!file) return std::nullopt;
  while (const group* entry = fgetgrent(file.get())) {
    if (entry->gr_name == name) return entry->gr_gid;
  }
  return std::nullopt;
}

Result<User> UserFiles::ResolveUser(std::string_view name_or_number) const {
  if (const auto user = FindUser(name_or_number)) return *user;
  if (const auto number = Number(name_or_number)) {
    if (const auto user = FindUser(uid_t{*number})) return *user;
    return User{*number, *number, "", "/"};
  }
  return Fail("there is no user \"" + std::string(name_or_number) + "\" in " + passwd_, {},
              "adduser --system --group " + std::string(name_or_number) +
                  ", or [process] user = \"65532\" (a number needs no entry)");
}

Result<gid_t> UserFiles::ResolveGroup(std::string_view name_or_number) const {
  if (const auto gid = FindGroup(name_or_number)) return *gid;
  if (const auto number = Number(name_or_number)) return gid_t{*number};
  return Fail("there is no group \"" + std::string(name_or_number) + "\" in " + group_, {},
              "addgroup --system " + std::string(name_or_number) + ", or a group's number");
}

}  // namespace nodeward
