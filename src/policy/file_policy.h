// FilePolicy: what [filesystem] allows, over paths as the kernel resolved them (no links, no "..").
// Landlock enforces the same rules by inode; this value explains a refusal, and answers `why`.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

enum class FileAccess { kRead, kWrite, kExec, kList };

// One resolved rule: a file, or a folder and all beneath it.
struct FileRule {
  std::string path;  // absolute, real
  bool read = false;
  bool write = false;
  bool exec = false;
  bool list = false;     // folders beneath may be listed, files not read
  bool folder = false;   // false: the file alone
  bool device = false;   // a terminal: its ioctl requests, too
  bool implied = false;  // nodeward's own: a device, the terminal, what COMMAND is
  std::string written;   // the entry that it came from: "@node", "/srv/*"
};

class FilePolicy {
 public:
  FilePolicy() = default;
  explicit FilePolicy(std::vector<FileRule> rules);
  // The rule that allows it, or null.
  const FileRule* Find(FileAccess access, std::string_view path) const;
  const std::vector<FileRule>& rules() const { return rules_; }

 private:
  std::vector<FileRule> rules_;
};

}  // namespace nodeward
