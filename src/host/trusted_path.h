// Where a path leads, found without following a link that an untrusted user could have planted.
// Walks part by part with O_PATH descriptors; asks the file system, changes nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct TrustedPath {
  std::string real;  // absolute, without links, "." and ".."
  bool folder = false;
  std::vector<std::string> links;  // real paths of the links that were followed, in their order
};

// `untrusted`: the application's user, when it is not nodeward's own. A link counts as planted when
// that user owns it or the folder that it lies in, or when it lies in a folder that everybody may
// write to and is neither root's nor nodeward's. Links of /proc are never followed: what they lead
// to depends on who asks. The Error's hint is empty; ENOENT is told by NotFound().
Result<TrustedPath> ResolveTrusted(const std::string& path, std::optional<uid_t> untrusted);

// Whether ResolveTrusted failed because there is no such file.
bool NotFound(const Error& error);

}  // namespace nodeward
