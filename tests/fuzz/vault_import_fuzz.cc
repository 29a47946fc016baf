// Whatever a dotenv or JSON file holds: it is read or refused, with a line that the file has, and
// no memory is touched that is not its own.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "vault/dotenv.h"
#include "vault/import.h"

namespace {

// What is taken has names of variables.
void Import(std::string_view input, nodeward::ImportFormat format) {
  const auto secrets = nodeward::ParseImport(input, format, "fuzz");
  if (!secrets) return;
  for (const nodeward::Secret& secret : *secrets) {
    if (!nodeward::IsEnvironmentName(secret.name)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Import(input, nodeward::ImportFormat::kDotenv);
  Import(input, nodeward::ImportFormat::kJson);
  const auto lines = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n')) +
                     static_cast<std::size_t>(std::count(input.begin(), input.end(), '\r')) + 1;
  const auto read = nodeward::ReadDotenv(input);
  if (!read && read.error().line > lines) std::abort();
  if (!read) return 0;
  for (const nodeward::ImportedEntry& entry : *read) {
    if (entry.line > lines) std::abort();
  }
  return 0;
}
