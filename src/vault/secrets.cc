// A vault's text: one flat TOML table of strings, and nodeward's own tables after it; from secret
// memory into secret memory. A fault names a key only where the line has proved to be a key with a
// value: what looks like a key in a file that is no TOML at all may be the secret itself.
#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "vault/document.h"
#include "vault/toml_string.h"
#include "vault/vault.h"

namespace nodeward {
namespace {

// execve(2), MAX_ARG_STRLEN: one string of the environment, "NAME=VALUE" with its NUL.
constexpr std::size_t kMaxEntry = 128 * 1024;
constexpr std::size_t kMaxShownName = 64;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBareKey(char c) { return IsLetter(c) || IsDigit(c) || c == '_' || c == '-'; }

// How the values that TOML has beside strings begin: numbers, dates, booleans, arrays, tables.
bool BeginsOtherValue(char c) {
  return IsDigit(c) || std::string_view("+-tfin[{").find(c) != std::string_view::npos;
}

// A bare name is a part of the text; a quoted one may hold escapes, and lies in memory of its own.
struct Key {
  SecretBuffer quoted;
  std::string_view name;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  TomlResult<void> Parse() {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    if (auto encoding = CheckEncoding(); !encoding) return encoding;
    while (!AtEnd()) {
      if (auto line = ParseLine(); !line) return line;
    }
    return {};
  }

  VaultIndex TakeIndex() { return std::move(index_); }

  // "line:column", both from 1; a column is a character.
  std::string Position(std::size_t at) const {
    std::size_t line = 1;
    std::size_t column = 1;
    const std::size_t start = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    for (std::size_t i = start; i < at && i < text_.size(); ++i) {
      const bool continues = (static_cast<unsigned char>(text_[i]) & 0xc0) == 0x80;
      if (text_[i] == '\n') {
        ++line;
        column = 1;
      } else if (!continues) {
        ++column;
      }
    }
    return std::to_string(line) + ":" + std::to_string(column);
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return text_[at_]; }
  void SkipSpaces() {
    while (!AtEnd() && IsTomlSpace(Peek())) ++at_;
  }

  // No byte of a longer UTF-8 sequence is a newline, so each line can be judged by itself.
  TomlResult<void> CheckEncoding() const {
    for (std::size_t start = at_; start < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', start), text_.size());
      if (!IsUtf8(text_.substr(start, end - start))) {
        return FailToml(start, "this line is not UTF-8 text");
      }
      start = end + 1;
    }
    return {};
  }

  TomlResult<void> ParseLine() {
    SkipSpaces();
    const bool content = !AtEnd() && Peek() != '#' && TomlNewline(text_, at_) == 0;
    const bool entry = content && !TakeTable();
    if (entry) {
      if (auto parsed = ParseEntry(); !parsed) return parsed;
    }
    if (auto end = EndLine(); !end) return end;
    if (entry) index_.entries.back().end = at_;
    // A table ends with its last entry: comments and empty lines after it belong to what follows.
    if (content || index_.entries.empty()) index_.Ends(table_) = at_;
    return {};
  }

  // What may follow on a line: a comment. Then its newline, or the end of the document.
  TomlResult<void> EndLine() {
    SkipSpaces();
    if (!AtEnd() && Peek() == '#') {
      while (!AtEnd() && TomlNewline(text_, at_) == 0) {
        if (IsTomlControl(Peek())) return FailToml(at_, "a control character in a comment");
        ++at_;
      }
    }
    const std::size_t newline = TomlNewline(text_, at_);
    if (!AtEnd() && newline == 0) {
      return FailToml(at_, "text after a value; was a quote inside it meant as \\\"?");
    }
    at_ += newline;
    return {};
  }

  // The header of one of nodeward's tables, each of which is there once.
  bool TakeTable() {
    for (const VaultTable table : {VaultTable::kRecipients, VaultTable::kChanged}) {
      const std::string_view header = HeaderOf(table);
      if (!text_.substr(at_).starts_with(header) || index_.Has(table)) continue;
      at_ += header.size();
      table_ = table;
      return true;
    }
    return false;
  }

  TomlResult<Key> ReadKey() {
    Key key;
    if (Peek() == '[') {
      return FailToml(at_, "a table; a vault is one flat table of NAME = \"value\" lines");
    }
    if (Peek() == '"' || Peek() == '\'') {
      TomlResult<TomlString> quoted = ReadTomlString(text_, at_, false);
      if (!quoted) return tl::unexpected(quoted.error());
      at_ = quoted->end;
      key.quoted = std::move(quoted->value);
      key.name = key.quoted.view();
      return key;
    }
    const std::size_t start = at_;
    while (!AtEnd() && IsBareKey(Peek())) ++at_;
    if (at_ == start) return FailToml(at_, "neither a name nor a comment");
    key.name = text_.substr(start, at_ - start);
    return key;
  }

  TomlResult<TomlExtent> ReadValue(std::string_view key) {
    const std::string name = IsEnvironmentName(key) ? std::string(key) : "the name";
    if (AtEnd() || (Peek() != '"' && Peek() != '\'')) {
      const bool other = !AtEnd() && BeginsOtherValue(Peek());
      return FailToml(at_, other ? "the value of " + Shown(name) + " is not a string; quote it"
                                 : "a value has to be a quoted string");
    }
    TomlResult<TomlExtent> value = MeasureTomlString(text_, at_, true);
    if (!value) return FailToml(value.error().at, Shown(name) + ": " + value.error().what);
    at_ = value->end;
    return value;
  }

  TomlResult<void> ParseEntry() {
    const std::size_t start = at_;
    TomlResult<Key> key = ReadKey();
    if (!key) return tl::unexpected(key.error());
    SkipSpaces();
    if (!AtEnd() && Peek() == '.') {
      return FailToml(at_, "a dotted name; a vault is one flat table of NAME = \"value\" lines");
    }
    if (AtEnd() || Peek() != '=') return FailToml(at_, "a name has to be followed by =");
    ++at_;
    SkipSpaces();
    const std::size_t begin = at_;
    const TomlResult<TomlExtent> value = ReadValue(key->name);
    if (!value) return tl::unexpected(value.error());
    return Keep(key->name, {table_, {}, start, begin, value->end, value->end}, value->length);
  }

  TomlResult<void> Keep(std::string_view name, VaultEntry entry, std::size_t length) {
    if (table_ != VaultTable::kRecipients && !IsEnvironmentName(name)) {
      return FailToml(entry.start, "\"" + Shown(name) +
                                       "\" is not a name that an environment variable may have "
                                       "(letters, digits, _; no digit first)");
    }
    if (name.size() + length + sizeof "=" > kMaxEntry) {
      return FailToml(entry.start, Shown(name) + " is too long: name and value may have " +
                                       std::to_string(kMaxEntry - sizeof "=") +
                                       " bytes (execve(2))");
    }
    entry.name = name;
    if (!index_.by_name.emplace(std::pair(table_, entry.name), index_.entries.size()).second) {
      return FailToml(entry.start, Shown(name) + " is there twice");
    }
    index_.entries.push_back(std::move(entry));
    return {};
  }

  static std::string Shown(std::string_view name) {
    return name.size() <= kMaxShownName ? std::string(name) : "a name of over 64 bytes";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  VaultTable table_ = VaultTable::kSecrets;
  VaultIndex index_;
};

}  // namespace

Result<VaultIndex> IndexVault(std::string_view text, std::string_view where) {
  Parser parser(text);
  if (const TomlResult<void> parsed = parser.Parse(); !parsed) {
    return Fail(parsed.error().what, std::string(where) + ":" + parser.Position(parsed.error().at),
                "inside the vault, each line is NAME = \"value\" (TOML); nodeward vault edit "
                "shows it");
  }
  return parser.TakeIndex();
}

Result<Secrets> ParseSecrets(const SecretBuffer& plaintext, std::string_view where) try {
  const auto index = IndexVault(plaintext.view(), where);
  if (!index) return Fail(index.error());
  return ReadSecrets(plaintext.view(), *index);
} catch (const std::bad_alloc&) {
  return Fail("not enough memory for the secrets", std::string(where),
              "raise nodeward's memory limit");
}

}  // namespace nodeward
