// Where the secrets of a running application can be read, found as an attacker would find them: by
// looking for their bytes. Reads, and changes nothing; tells names and places, never a value.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vault/vault.h"

namespace nodeward {

// Shorter values would be found everywhere.
inline constexpr std::size_t kShortestSought = 6;

struct SecretPlace {
  std::string secret;   // its name
  std::string where;    // "environment of process 4242 (node)"
  std::string readers;  // "root", "root and user 65532", "every user"
  bool beyond = false;  // more than root and the application's own user
};

class SecretPlaces {
 public:
  // `secrets` outlive this. `user`: whom the application runs as.
  SecretPlaces(const Secrets& secrets, uid_t user);

  // Environment, arguments, open files, memory, core dumps.
  void LookAtProcess(pid_t pid);
  // Plain files beneath a folder, or the file itself; links are not followed.
  void LookBeneath(const std::string& path);
  // What an engine that listens at this UNIX socket tells of its containers. False: none answers.
  bool AskDocker(const std::string& socket);

  const std::vector<SecretPlace>& found() const { return found_; }
  const std::vector<std::string>& unsought() const { return unsought_; }  // too short
  std::size_t files() const { return files_; }
  std::size_t skipped() const { return skipped_; }  // files and folders beyond what is looked at
  // Folders that could not be looked through to their end, and why.
  const std::vector<std::string>& unread() const { return unread_; }

 private:
  std::set<std::string> In(std::string_view bytes) const;
  struct Readers {
    std::string who;
    bool beyond;
  };
  void Add(const std::set<std::string>& names, const std::string& where, const Readers& readers);
  void LookAtFile(const std::string& path, const std::string& where, int flags = 0);
  void LookAtDescriptors(const std::string& proc, const std::string& of);
  void LookAtMemory(const std::string& proc, const std::string& of);
  void LookAtCore(const std::string& proc, const std::string& of);
  Readers ReadersOf(const std::string& path) const;

  const Secrets& secrets_;
  uid_t user_;
  std::size_t longest_ = 0;
  SecretBuffer piece_;  // what is looked through: of the application's memory, too
  std::vector<SecretPlace> found_;
  std::vector<std::string> unsought_;
  std::size_t files_ = 0;
  std::size_t skipped_ = 0;
  std::vector<std::string> unread_;
};

// Whether a process of that user, without a capability, can open `path` for reading. Tried in a
// thread of its own, whose file system ids alone change.
bool CanOpenAs(const std::string& path, uid_t user);

}  // namespace nodeward
