// The profiles that a name leads to: itself, what it extends, what that extends. Called by load.cc.
#pragma once

#include <sys/types.h>

#include <deque>
#include <optional>
#include <string>

#include "base/result.h"
#include "profile/document.h"

namespace nodeward {

// One profile of a chain. Its errors are those found while reading it or following its `extends`.
struct Layer {
  Source source;
  bool built_in = false;
  std::string path;  // absolute; empty for a built-in profile
  dev_t device = 0;
  ino_t inode = 0;
  std::optional<Node> document;  // none where the text is not TOML
  Errors errors;
};

// From the profile that was asked for to the one that extends nothing, or to the first that cannot
// be read or parsed. A profile that does not say `extends` extends the built-in "default".
std::deque<Layer> ReadChain(const std::string& profile);

// The absolute folder that relative paths on the command line count from.
std::string CurrentFolder();

}  // namespace nodeward
