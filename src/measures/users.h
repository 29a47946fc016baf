// Users and groups from the passwd and group files themselves: no NSS, so that a static binary in
// any image reads the same. Parent only.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;  // empty for a number without an entry
  std::string home;
};

// passwd is read once, when it is first asked for.
class UserFiles {
 public:
  explicit UserFiles(std::string passwd = "/etc/passwd", std::string group = "/etc/group")
      : passwd_(std::move(passwd)), group_(std::move(group)) {}

  std::optional<User> FindUser(std::string_view name) const;
  std::optional<User> FindUser(uid_t uid) const;
  std::optional<gid_t> FindGroup(std::string_view name) const;

  // A name or a number, as profiles write it. A number needs no entry: its group is then the same
  // number. An Error names the file that lacks the name.
  Result<User> ResolveUser(std::string_view name_or_number) const;
  Result<gid_t> ResolveGroup(std::string_view name_or_number) const;

 private:
  const std::string& Passwd() const;

  std::string passwd_;
  std::string group_;
  mutable std::optional<std::string> passwd_text_;
};

}  // namespace nodeward
