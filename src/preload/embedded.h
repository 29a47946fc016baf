// nodeward's own modules for Node.js, this folder's *.cjs.
#pragma once

#include <span>

#include "base/embedded.h"

namespace nodeward {

std::span<const EmbeddedFile> PreloadFiles();

}  // namespace nodeward
