// Decides execve: the launch's own passes; without leave for children every later one is refused
// whatever its path says; with leave, one that no rule allows is refused and told, and Landlock
// decides the rest by inode.
#pragma once

#include <string>
#include <vector>

#include "judge/ruling.h"
#include "policy/file_policy.h"

namespace nodeward {

struct ExecOptions {
  const FilePolicy& files;  // changes between launches alone
  bool children = false;    // the profile names more than the command itself
  bool permissive = false;
  std::vector<std::string> written;  // [filesystem] exec, for hints
};

class ExecJudge : public Judge {
 public:
  explicit ExecJudge(ExecOptions options) : options_(std::move(options)) {}

  // The next execve of this process is the launch's own. Before the gate opens.
  void Expect(pid_t launched) { launched_ = launched; }

  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;

 private:
  Ruling Refuse(const Notified& notified, const std::string& path, std::string why) const;

  ExecOptions options_;
  pid_t launched_ = 0;
};

}  // namespace nodeward
