// The file of a vault, changed so that there is always a whole one: the old or the new, whatever
// ends nodeward meanwhile. Parent only.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace nodeward {

// All of the bytes. 0, or an errno value.
int WriteAll(int fd, std::string_view bytes);

// Holds the folder of a vault locked (flock(2)) against other writers of nodeward's, until it is
// destroyed.
class VaultFile {
 public:
  // Waits for another writer. Links are followed once, here: what they lead to is replaced, and
  // not the link.
  static Result<VaultFile> Lock(const std::string& path);

  const std::string& path() const { return path_; }  // without links

  // A new file, 0644: what it holds is encrypted. Fails where there is one.
  Result<void> Create(std::string_view bytes) const;
  // In the place of the file that is there, with its mode and, where that is allowed, its owner.
  Result<void> Replace(std::string_view bytes) const;

 private:
  VaultFile(UniqueFd folder, std::string path, std::string name);
  Result<void> Write(std::string_view bytes, const struct stat* before) const;

  UniqueFd folder_;
  std::string path_;
  std::string name_;
};

// A new file of mode 0600 for what is not encrypted, such as an identity. Fails where there is one.
Result<void> CreatePrivateFile(const std::string& path, std::string_view bytes);

}  // namespace nodeward
