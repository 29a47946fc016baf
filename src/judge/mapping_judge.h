// Decides the mapping of files as code, where the profile refuses native code beside the
// interpreter's own ([node] addons = false): a file that "@node" does not name is not mapped. What
// JavaScript can ask for goes through here; native code that runs already has other ways.
#pragma once

#include "judge/ruling.h"
#include "policy/file_policy.h"

namespace nodeward {

class MappingJudge : public Judge {
 public:
  MappingJudge(const FilePolicy& files, bool permissive) : files_(files), permissive_(permissive) {}
  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;

 private:
  const FilePolicy& files_;
  bool permissive_;
};

}  // namespace nodeward
