// Names and values from files of other formats, read strictly: what could mean two things is
// refused with its line, and never with its text. Parent only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/vault.h"

namespace nodeward {

enum class ImportFormat {
  // NAME=VALUE lines as Node.js' own --env-file reads them: "export " before a name, comments,
  // values bare or in one of three quotes, which may span lines; \n is a newline in double quotes
  // and nowhere else. Nothing is expanded: a $ is a $. Refused, since readers differ: a # in a bare
  // value, text after a closing quote, a quote that does not close, a name twice.
  kDotenv,
  // One flat object of strings.
  kJson,
};

// Sorted by name.
Result<Secrets> ParseImport(std::string_view text, ImportFormat format, const std::string& where);

}  // namespace nodeward
