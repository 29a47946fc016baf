// The fixed part of "@node": files and folders that every interpreter reads, wherever it lies.
// Private to host/. Parent only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/node_files.h"

namespace nodeward {

// What there is of it, by real path. Absent places are left out without a word.
std::vector<NodeFile> SystemFiles();

// The names in /etc/ld.so.preload: divided by blanks, newlines and colons (ld.so(8)). Pure.
std::vector<std::string> ParsePreload(std::string_view text);

}  // namespace nodeward
