// dotenv files; which dialect: vault/import.h. Pure; values in secret memory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/secret_buffer.h"

namespace nodeward {

struct ImportedEntry {
  std::string name;  // as written
  SecretBuffer value;
  std::size_t line = 0;  // from 1; 0 where it is not known
};

// Holds no text of the file.
struct ImportFault {
  std::size_t line = 0;
  std::string what;
};

using Imported = tl::expected<std::vector<ImportedEntry>, ImportFault>;

// In the file's order; names may be there twice.
Imported ReadDotenv(std::string_view text);

}  // namespace nodeward
