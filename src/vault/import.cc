#include "vault/import.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "vault/document.h"
#include "vault/dotenv.h"
#include "vault/flat_json.h"

namespace nodeward {

Result<Secrets> ParseImport(std::string_view text, ImportFormat format, const std::string& where) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto read = format == ImportFormat::kJson ? ReadFlatJson(text) : ReadDotenv(text);
  const auto fail = [&](std::size_t line, const std::string& what) {
    return Fail(what, line == 0 ? where : where + ":" + std::to_string(line));
  };
  if (!read) return fail(read.error().line, read.error().what);
  std::set<std::string> names;
  Secrets secrets;
  for (ImportedEntry& entry : *read) {
    if (!IsEnvironmentName(entry.name)) {
      return fail(entry.line, "a name that no environment variable may have");
    }
    if (!names.insert(entry.name).second) return fail(entry.line, entry.name + " is there twice");
    secrets.push_back({std::move(entry.name), std::move(entry.value)});
  }
  std::sort(secrets.begin(), secrets.end(),
            [](const Secret& one, const Secret& other) { return one.name < other.name; });
  return secrets;
}

}  // namespace nodeward
