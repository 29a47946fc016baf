#include "measures/users.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

namespace nodeward {
namespace {

// One of the two files, for fgetpwent(3) and fgetgrent(3). Read whole first: on a file they seek
// twice for each line, which costs more than everything else about them.
class Table {
 public:
  explicit Table(const std::string& path) : text_(ReadWhole(path)) {
    if (!text_.empty()) file_.reset(fmemopen(text_.data(), text_.size(), "r"));
  }
  FILE* get() const { return file_.get(); }  // null: not readable, or empty

 private:
  static std::string ReadWhole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string text_;
  std::unique_ptr<FILE, int (*)(FILE*)> file_{nullptr, &std::fclose};
};

template <class Match>
std::optional<User> Find(const std::string& path, Match match) {
  const Table file(path);
  if (file.get() == nullptr) return std::nullopt;
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
  const Table file(group_);
  if (file.get() == nullptr) return std::nullopt;
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
