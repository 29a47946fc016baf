// Whatever a dotenv or JSON file holds: it is read or refused, with a line that the file has, and
// no memory is touched that is not its own.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "vault/dotenv.h"
#include "vault/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)nodeward::ParseImport(input, nodeward::ImportFormat::kDotenv, "fuzz");
  (void)nodeward::ParseImport(input, nodeward::ImportFormat::kJson, "fuzz");
  const auto lines = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n')) +
                     static_cast<std::size_t>(std::count(input.begin(), input.end(), '\r')) + 1;
  const auto read = nodeward::ReadDotenv(input);
  if (!read && read.error().line > lines) std::abort();
  if (!read) return 0;
  for (const nodeward::ImportedEntry& entry : *read) {
    if (entry.name.empty() || entry.line > lines) std::abort();
  }
  return 0;
}
