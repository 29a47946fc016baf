#include "vault/document.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "vault/toml_string.h"
#include "vault/toml_write.h"

namespace nodeward {
namespace {

std::string_view Header(VaultTable table) {
  switch (table) {
    case VaultTable::kSecrets:
      return "";
    case VaultTable::kRecipients:
      return "[nodeward.recipients]\n";
    case VaultTable::kChanged:
      return "[nodeward.changed]\n";
  }
  return "";
}

// Pieces joined in secret memory of the exact size.
SecretBuffer Join(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  SecretBuffer joined(size);
  unsigned char* out = joined.data();
  for (const std::string_view piece : pieces) out = std::copy(piece.begin(), piece.end(), out);
  return joined;
}

}  // namespace

SecretBuffer ReadValue(std::string_view text, const VaultEntry& entry) {
  auto read = ReadTomlString(text, entry.value, true);
  return read ? std::move(read->value) : SecretBuffer();  // it was measured when it was indexed
}

VaultDocument::VaultDocument(SecretBuffer text, VaultIndex index, std::string where)
    : text_(std::move(text)), index_(std::move(index)), where_(std::move(where)) {}

Result<VaultDocument> VaultDocument::Parse(SecretBuffer text, std::string where) {
  auto index = IndexVault(text.view(), where);
  if (!index) return Fail(index.error());
  return VaultDocument(std::move(text), std::move(*index), std::move(where));
}

std::vector<const VaultEntry*> VaultDocument::Entries(VaultTable table) const {
  std::vector<const VaultEntry*> found;
  for (const VaultEntry& entry : index_.entries) {
    if (entry.table == table) found.push_back(&entry);
  }
  return found;
}

const VaultEntry* VaultDocument::Find(VaultTable table, std::string_view name) const {
  const auto found = std::find_if(
      index_.entries.begin(), index_.entries.end(),
      [&](const VaultEntry& entry) { return entry.table == table && entry.name == name; });
  return found == index_.entries.end() ? nullptr : &*found;
}

Result<void> VaultDocument::Set(VaultTable table, std::string_view name, std::string_view value) {
  const std::string shown = EscapeForTerminal(name.substr(0, 64));
  if (table != VaultTable::kRecipients && !IsEnvironmentName(name)) {
    return Fail("\"" + shown + "\" is not a name that an environment variable may have", {},
                "letters, digits and _, no digit first");
  }
  if (value.find('\0') != std::string_view::npos) {
    return Fail(shown + ": a NUL, which no environment variable can hold", {},
                "base64 FILE | nodeward vault set " + shown + ", and decode it in the application");
  }
  if (!IsUtf8(value)) {
    return Fail(shown + ": not UTF-8 text, which is all that a vault can hold", {},
                "base64 FILE | nodeward vault set " + shown + ", and decode it in the application");
  }
  const std::string_view text = text_.view();
  const SecretBuffer literal = WriteTomlString(value);
  if (const VaultEntry* entry = Find(table, name)) {
    return Reindex(
        Join({text.substr(0, entry->value), literal.view(), text.substr(entry->value_end)}));
  }
  const bool known = index_.Has(table);
  const std::size_t at = known                           ? *index_.Ends(table)
                         : table == VaultTable::kSecrets ? 0
                                                         : text.size();
  const bool open_line = at > 0 && text[at - 1] != '\n';
  const std::string_view gap = known || at == 0 ? "" : "\n";
  return Reindex(Join({text.substr(0, at), open_line ? "\n" : "", gap,
                       known ? std::string_view() : Header(table), name, " = ", literal.view(),
                       "\n", text.substr(at)}));
}

bool VaultDocument::Unset(VaultTable table, std::string_view name) {
  const VaultEntry* entry = Find(table, name);
  if (entry == nullptr) return false;
  const std::string_view text = text_.view();
  return Reindex(Join({text.substr(0, entry->start), text.substr(entry->end)})).has_value();
}

Result<void> VaultDocument::Reindex(SecretBuffer text) {
  auto index = IndexVault(text.view(), where_);
  if (!index) return Fail(index.error());
  text_ = std::move(text);
  index_ = std::move(*index);
  return {};
}

}  // namespace nodeward
