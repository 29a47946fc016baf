// Looks at opens, for telling: those that no rule allows are told, and the kernel refuses them by
// Landlock. So a path that changes after this look changes what is told, not what is allowed.
#pragma once

#include <string>
#include <vector>

#include "judge/ruling.h"
#include "policy/file_policy.h"

namespace nodeward {

struct FileOptions {
  const FilePolicy& files;  // changes between launches alone
  bool permissive = false;
  bool cuts_unguarded = false;    // Landlock before ABI 3 lets a file that can only be read be cut
  std::vector<std::string> read;  // [filesystem] read and write, for hints
  std::vector<std::string> write;
};

class FileJudge : public Judge {
 public:
  explicit FileJudge(FileOptions options) : options_(std::move(options)) {}
  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;

 private:
  FileOptions options_;
};

}  // namespace nodeward
