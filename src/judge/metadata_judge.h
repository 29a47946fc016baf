// Decides about modes, owners and times of files, which Landlock does not know: they are changed
// where [filesystem] lets be written. The supervisor finds the file, holds it, looks where it lies,
// and changes it itself, by the application's ids: a path that leads elsewhere meanwhile changes
// nothing.
#pragma once

#include <string>
#include <vector>

#include "judge/application_thread.h"
#include "judge/ruling.h"
#include "policy/file_policy.h"

namespace nodeward {

// fchmodat2(2), Linux 6.6: not in the 6.1 headers.
inline constexpr int kFchmodat2 = 452;

struct MetadataOptions {
  const FilePolicy& files;  // changes between launches alone
  bool permissive = false;
  Stance standing;                 // the application's ids and capabilities
  std::vector<std::string> write;  // [filesystem] write, for hints
};

class MetadataJudge : public Judge {
 public:
  explicit MetadataJudge(MetadataOptions options) : options_(std::move(options)) {}
  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;

 private:
  MetadataOptions options_;
};

}  // namespace nodeward
