// The text of a vault, and changes to it that leave every other line as it is: comments, order,
// what was written by hand. Flat NAME = "value" lines, and after them two tables of nodeward's own:
//
//   [nodeward.recipients]   whom the vault is encrypted to: age1… = "a label"
//   [nodeward.changed]      when a secret got its value: NAME = "2026-01-31"
//
// Parent only. Values are in secret memory throughout.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret_buffer.h"
#include "vault/vault.h"

namespace nodeward {

enum class VaultTable { kSecrets, kRecipients, kChanged };

// Offsets are of the text, in bytes.
struct VaultEntry {
  VaultTable table = VaultTable::kSecrets;
  std::string name;
  std::size_t start = 0;      // of its first line
  std::size_t value = 0;      // its opening quote
  std::size_t value_end = 0;  // after its closing quote
  std::size_t end = 0;        // after its last line
};

struct VaultIndex {
  std::vector<VaultEntry> entries;  // in the text's order
  std::map<std::pair<VaultTable, std::string>, std::size_t> by_name;
  // Where a table ends, so that an entry can be added; none where the text does not have it.
  std::array<std::optional<std::size_t>, 3> ends;

  std::optional<std::size_t>& Ends(VaultTable table) {
    return ends[static_cast<std::size_t>(table)];
  }
  bool Has(VaultTable table) const { return ends[static_cast<std::size_t>(table)].has_value(); }
};

// "[nodeward.changed]"; the secrets have none.
std::string_view HeaderOf(VaultTable table);

// An error gives a line, never the text of it. What is refused: vault.h, ParseSecrets.
Result<VaultIndex> IndexVault(std::string_view text, std::string_view where);

// The value of an entry of this text.
SecretBuffer ReadValue(std::string_view text, const VaultEntry& entry);

// The secrets of a text, with their values and days.
Secrets ReadSecrets(std::string_view text, const VaultIndex& index);

// One entry as it is to be.
struct VaultSetting {
  VaultTable table = VaultTable::kSecrets;
  std::string_view name;
  std::string_view value;
};

struct TextEdit;

class VaultDocument {
 public:
  // `where`: for errors.
  static Result<VaultDocument> Parse(SecretBuffer text, std::string where);

  std::string_view text() const { return text_.view(); }
  std::vector<const VaultEntry*> Entries(VaultTable table) const;  // in the text's order
  const VaultEntry* Find(VaultTable table, std::string_view name) const;
  SecretBuffer Value(const VaultEntry& entry) const { return ReadValue(text(), entry); }
  Secrets SecretsByName() const { return ReadSecrets(text(), index_); }

  // Gives each name its value, in its place or at the table's end: all of them, or none where a
  // vault cannot hold one: no name of an environment, not UTF-8, a NUL, too long, a name twice.
  // Views into this document are allowed.
  Result<void> Set(std::span<const VaultSetting> settings);
  Result<void> Set(VaultTable table, std::string_view name, std::string_view value) {
    const VaultSetting setting{table, name, value};
    return Set({&setting, 1});
  }
  // Removes the entries of these names, with their lines. How many of them there were.
  std::size_t Unset(VaultTable table, std::span<const std::string> names);

 private:
  VaultDocument(SecretBuffer text, VaultIndex index, std::string where);
  Result<void> Apply(std::vector<TextEdit> edits);

  SecretBuffer text_;
  VaultIndex index_;
  std::string where_;
};

}  // namespace nodeward
