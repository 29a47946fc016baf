#include "vault/document.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "vault/toml_string.h"
#include "vault/toml_write.h"

namespace nodeward {
namespace {

// A part of a new text: as it stands, or as the TOML string of a value.
struct Piece {
  std::string_view text;
  bool value = false;
};

// Joined in secret memory of the exact size.
SecretBuffer Join(const std::vector<Piece>& pieces) {
  std::size_t size = 0;
  for (const Piece& piece : pieces) {
    size += piece.value ? TomlStringSize(piece.text) : piece.text.size();
  }
  SecretBuffer joined(size);
  unsigned char* out = joined.data();
  for (const Piece& piece : pieces) {
    out = piece.value ? WriteTomlString(piece.text, out)
                      : std::copy(piece.text.begin(), piece.text.end(), out);
  }
  return joined;
}

Result<void> CheckSetting(const VaultSetting& setting) {
  const auto& [table, name, value] = setting;
  const std::string shown = EscapeForTerminal(name.substr(0, 64));
  const std::string decode =
      "base64 -w 0 FILE | nodeward vault set " + shown + ", and decode it in the application";
  if (table != VaultTable::kRecipients && !IsEnvironmentName(name)) {
    return Fail("\"" + shown + "\" is not a name that an environment variable may have", {},
                "letters, digits and _, no digit first");
  }
  if (value.find('\0') != std::string_view::npos) {
    return Fail(shown + ": a NUL, which no environment variable can hold", {}, decode);
  }
  if (!IsUtf8(value)) {
    return Fail(shown + ": not UTF-8 text, which is all that a vault can hold", {}, decode);
  }
  return {};
}

}  // namespace

// What takes the place of text[from, to).
struct TextEdit {
  std::size_t from = 0;
  std::size_t to = 0;
  std::vector<Piece> pieces;
};

std::string_view HeaderOf(VaultTable table) {
  switch (table) {
    case VaultTable::kSecrets:
      return "";
    case VaultTable::kRecipients:
      return "[nodeward.recipients]";
    case VaultTable::kChanged:
      return "[nodeward.changed]";
  }
  return "";
}

Secrets ReadSecrets(std::string_view text, const VaultIndex& index) {
  Secrets secrets;
  for (const auto& [key, at] : index.by_name) {  // sorted by table and name
    if (key.first != VaultTable::kSecrets) break;
    secrets.push_back({key.second, ReadValue(text, index.entries[at])});
    const auto changed = index.by_name.find({VaultTable::kChanged, key.second});
    if (changed == index.by_name.end()) continue;
    secrets.back().changed = ReadValue(text, index.entries[changed->second]).view();
  }
  return secrets;
}

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
  const auto found = index_.by_name.find({table, std::string(name)});
  return found == index_.by_name.end() ? nullptr : &index_.entries[found->second];
}

Result<void> VaultDocument::Set(std::span<const VaultSetting> settings) {
  if (settings.empty()) return {};
  const std::string_view text = text_.view();
  std::vector<TextEdit> edits;
  std::array<TextEdit, 3> added;  // for each table, its new lines
  for (const VaultSetting& setting : settings) {
    if (auto checked = CheckSetting(setting); !checked) return checked;
    if (const VaultEntry* entry = Find(setting.table, setting.name)) {
      edits.push_back({entry->value, entry->value_end, {{setting.value, true}}});
      continue;
    }
    auto& pieces = added[static_cast<std::size_t>(setting.table)].pieces;
    pieces.insert(pieces.end(), {{setting.name}, {" = "}, {setting.value, true}, {"\n"}});
  }
  for (const VaultTable table :
       {VaultTable::kSecrets, VaultTable::kRecipients, VaultTable::kChanged}) {
    TextEdit& edit = added[static_cast<std::size_t>(table)];
    if (edit.pieces.empty()) continue;
    const bool known = index_.Has(table);
    edit.from = known ? *index_.Ends(table) : table == VaultTable::kSecrets ? 0 : text.size();
    edit.to = edit.from;
    const bool open_line = edit.from > 0 && text[edit.from - 1] != '\n';
    const bool after_others = edit.from > 0 || !added.front().pieces.empty();
    const bool gap = !known && table != VaultTable::kSecrets && after_others;
    const std::string_view header = known ? "" : HeaderOf(table);
    edit.pieces.insert(
        edit.pieces.begin(),
        {{open_line ? "\n" : ""}, {gap ? "\n" : ""}, {header}, {header.empty() ? "" : "\n"}});
    edits.push_back(std::move(edit));
  }
  return Apply(std::move(edits));
}

std::size_t VaultDocument::Unset(VaultTable table, std::span<const std::string> names) {
  std::vector<TextEdit> edits;
  for (const std::string& name : std::set<std::string>(names.begin(), names.end())) {
    const VaultEntry* entry = Find(table, name);
    if (entry != nullptr) edits.push_back({entry->start, entry->end, {}});
  }
  const std::size_t count = edits.size();
  return count > 0 && Apply(std::move(edits)) ? count : 0;
}

// The text is made and read anew once, however many the edits: they do not overlap.
Result<void> VaultDocument::Apply(std::vector<TextEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& one, const TextEdit& other) {
    return one.from < other.from;
  });
  const std::string_view before = text_.view();
  std::vector<Piece> pieces;
  std::size_t at = 0;
  for (const TextEdit& edit : edits) {
    pieces.push_back({before.substr(at, edit.from - at)});
    pieces.insert(pieces.end(), edit.pieces.begin(), edit.pieces.end());
    at = edit.to;
  }
  pieces.push_back({before.substr(at)});
  SecretBuffer text = Join(pieces);
  auto index = IndexVault(text.view(), where_);
  if (!index) return Fail(index.error());
  text_ = std::move(text);
  index_ = std::move(*index);
  return {};
}

}  // namespace nodeward
