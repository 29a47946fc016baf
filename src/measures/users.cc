#include "measures/users.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>

#include "base/unique_fd.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

std::string ReadWhole(const std::string& path) {
  std::string text;
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 8192> part;
  ssize_t got = 0;
  while (file.valid() && (got = kernel::Read(file.get(), part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

// A text as a stream, for fgetpwent(3) and fgetgrent(3): on a file they seek twice for each line.
class Stream {
 public:
  // Null where the text is empty, or no entry can match: one that does holds `needle`.
  Stream(const std::string& text, const std::string& needle) {
    if (text.empty() || text.find(needle) == std::string::npos) return;
    file_.reset(fmemopen(const_cast<char*>(text.data()), text.size(), "r"));
  }
  FILE* get() const { return file_.get(); }

 private:
  std::unique_ptr<FILE, int (*)(FILE*)> file_{nullptr, &std::fclose};
};

template <class Match>
std::optional<User> Find(const std::string& text, const std::string& needle, Match match) {
  const Stream file(text, needle);
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

const std::string& UserFiles::Passwd() const {
  if (!passwd_text_) passwd_text_ = ReadWhole(passwd_);
  return *passwd_text_;
}

std::optional<User> UserFiles::FindUser(std::string_view name) const {
  return Find(Passwd(), std::string(name),
              [&](const passwd& entry) { return entry.pw_name == name; });
}

std::optional<User> UserFiles::FindUser(uid_t uid) const {
  return Find(Passwd(), std::to_string(uid),
              [&](const passwd& entry) { return entry.pw_uid == uid; });
}

std::optional<gid_t> UserFiles::FindGroup(std::string_view name) const {
  const std::string text = ReadWhole(group_);
  const Stream file(text, std::string(name));
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
