// nodeward vault set, unset, get, import: values, one at a time and many.
#include <unistd.h>

#include <cstdio>
#include <set>
#include <string>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "cli/vault.h"
#include "cli/vault_place.h"
#include "plan/secret_file.h"
#include "vault/import.h"
#include "vault/vault_file.h"

namespace nodeward {
namespace {

constexpr std::size_t kLargestValue = 128 * 1024;
constexpr std::size_t kLargestImport = 16u << 20;

// Never from an argument: those are in everybody's process list.
Result<SecretBuffer> ReadNewValue(const std::string& name, const std::string& from) {
  if (!from.empty() && from != "-") return ReadSecretFile(from, kLargestValue, "the value");
  if (from.empty() && isatty(STDIN_FILENO) != 0)
    return AskTwice("Value of " + name + ": ", "value");
  return ReadSecretStream(STDIN_FILENO, kLargestValue, "the value");
}

void WarnOfNewline(const std::string& name, const SecretBuffer& value) {
  if (!value.view().ends_with('\n')) return;
  std::fprintf(stderr,
               "nodeward: %s ends in a newline, and is delivered with it\n  try: printf %%s VALUE "
               "instead of echo, if that is not meant\n",
               name.c_str());
}

Result<ImportFormat> FormatOf(const VaultOptions& options) {
  const std::string& format = options.format;
  if (format == "json" || (format.empty() && options.from.ends_with(".json"))) {
    return ImportFormat::kJson;
  }
  if (format.empty() || format == "dotenv") return ImportFormat::kDotenv;
  return Fail("there is no format \"" + EscapeForTerminal(format) + "\"", {},
              "--format dotenv, or --format json");
}

// All or nothing: what is there already is named at once.
Result<void> RefuseKnown(const VaultDocument& document, const Secrets& imported) {
  std::vector<std::string> known;
  for (const Secret& secret : imported) {
    const VaultEntry* entry = document.Find(VaultTable::kSecrets, secret.name);
    if (entry == nullptr || document.Value(*entry).view() == secret.value.view()) continue;
    known.push_back(secret.name);
  }
  if (known.empty()) return {};
  return Fail("the vault has other values for " + JoinWords(known), {},
              "--replace, if that is meant");
}

}  // namespace

tl::expected<int, Errors> VaultSet(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const std::string& name = options.names.front();
  if (!IsEnvironmentName(name)) {
    return FailWith({"this is no name that an environment variable may have",
                     {},
                     "nodeward vault set NAME; the value is asked for, and never an argument"});
  }
  auto value = ReadNewValue(name, options.from);
  if (!value) return FailWith(value.error());
  Secrets secrets;
  secrets.push_back({name, std::move(*value)});
  const auto changed = ChangeVault(
      *place, [&](OpenedVault& opened) { return SetSecrets(opened.document, secrets); });
  if (!changed) return FailWith(changed.error());
  WarnOfNewline(name, secrets.front().value);
  return 0;
}

tl::expected<int, Errors> VaultUnset(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto changed = ChangeVault(*place, [&](OpenedVault& opened) -> Result<void> {
    std::set<std::string> given;
    std::vector<std::string> missing;
    for (const std::string& name : options.names) {
      const bool there = opened.document.Find(VaultTable::kSecrets, name) != nullptr;
      if (!there || !given.insert(name).second) {
        missing.push_back(EscapeForTerminal(name.substr(0, 64)));
      }
    }
    if (!missing.empty()) {
      return Fail("there is no " + JoinWords(missing) + "; nothing was changed", place->vault,
                  "nodeward vault list");
    }
    opened.document.Unset(VaultTable::kSecrets, options.names);
    opened.document.Unset(VaultTable::kChanged, options.names);
    return {};
  });
  if (!changed) return FailWith(changed.error());
  return 0;
}

tl::expected<int, Errors> VaultGet(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto opened = OpenVaultAt(*place);
  if (!opened) return FailWith(opened.error());
  const VaultEntry* entry = opened->document.Find(VaultTable::kSecrets, options.names.front());
  if (entry == nullptr) {
    return FailWith({"there is no " + EscapeForTerminal(options.names.front().substr(0, 64)),
                     place->vault, "nodeward vault list"});
  }
  const SecretBuffer value = opened->document.Value(*entry);
  if (isatty(STDOUT_FILENO) != 0) {
    std::fputs("nodeward: this terminal, and what records it, now holds the secret\n", stderr);
  }
  // Not through stdio, whose buffer would keep it.
  if (const int error = WriteAll(STDOUT_FILENO, value.view()); error != 0) {
    return FailWith({"cannot write the value: " + DescribeErrno(error)});
  }
  return 0;
}

tl::expected<int, Errors> VaultImport(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto format = FormatOf(options);
  if (!format) return FailWith(format.error());
  const bool standard = options.from == "-";
  const auto text = standard ? ReadSecretStream(STDIN_FILENO, kLargestImport, "what is imported")
                             : ReadSecretFile(options.from, kLargestImport, "what is imported");
  if (!text) return FailWith(text.error());
  const std::string where = standard ? "the standard input" : options.from;
  auto imported = ParseImport(text->view(), *format, where);
  if (!imported) return FailWith(imported.error());
  const auto changed = ChangeVault(*place, [&](OpenedVault& opened) -> Result<void> {
    if (!options.replace) {
      if (auto fresh = RefuseKnown(opened.document, *imported); !fresh) return fresh;
    }
    return SetSecrets(opened.document, *imported);
  });
  if (!changed) return FailWith(changed.error());
  std::fprintf(stderr, "%s: %zu from %s\n", place->vault.c_str(), imported->size(), where.c_str());
  return 0;
}

}  // namespace nodeward
