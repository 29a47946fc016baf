// The files of profiles/.
#pragma once

#include <span>

#include "base/embedded.h"

namespace nodeward {

std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace nodeward
