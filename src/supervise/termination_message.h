// The last words for whoever looks after nodeward has ended: Kubernetes reads /dev/termination-log
// of a container and shows it.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace nodeward {

// Why it ended, and the last refusal (or empty) before that.
std::string LastWords(const std::string& exit, const std::string& refusal);

class TerminationMessage {
 public:
  TerminationMessage() = default;  // nobody is told
  // Opens the file, or makes it where its folder can be written; before the application exists, so
  // that nothing of it can lead elsewhere. Never through a link, and nothing but a plain file with
  // one name.
  static Result<TerminationMessage> Open(const std::string& path);

  // In the place of what is in it: at most 4 KiB, which is what Kubernetes reads.
  void Write(std::string text) const;

 private:
  UniqueFd file_;
};

}  // namespace nodeward
