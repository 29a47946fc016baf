// ParseSecrets: one flat TOML table of strings, from secret memory into secret memory.
// A fault names a key only where the line has proved to be a key with a value: what looks like a
// key in a file that is no TOML at all may be the secret itself.
#include <algorithm>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
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

bool IsEnvironmentName(std::string_view name) {
  const auto fits = [](char c) { return IsLetter(c) || IsDigit(c) || c == '_'; };
  return !name.empty() && !IsDigit(name[0]) && std::all_of(name.begin(), name.end(), fits);
}

// How the values that TOML has beside strings begin: numbers, dates, booleans, arrays, tables.
bool BeginsOtherValue(char c) {
  return IsDigit(c) || std::string_view("+-tfin[{").find(c) != std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  TomlResult<void> Parse() {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    if (auto encoding = CheckEncoding(); !encoding) return encoding;
    while (!AtEnd()) {
      SkipSpaces();
      if (!AtEnd() && Peek() != '#' && TomlNewline(text_, at_) == 0) {
        if (auto entry = ParseEntry(); !entry) return entry;
      }
      if (auto end = EndLine(); !end) return end;
    }
    return {};
  }

  Secrets TakeSecrets() {
    Secrets secrets;
    for (auto& [name, value] : entries_) secrets.push_back(Secret{name, std::move(value)});
    return secrets;
  }

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

  // A bare or quoted key. Secret memory, for the line may turn out to be none of TOML.
  TomlResult<SecretBuffer> ReadKey() {
    if (Peek() == '[') {
      return FailToml(at_, "a table; a vault is one flat table of NAME = \"value\" lines");
    }
    if (Peek() == '"' || Peek() == '\'') {
      TomlResult<TomlString> key = ReadTomlString(text_, at_, false);
      if (!key) return tl::unexpected(key.error());
      at_ = key->end;
      return std::move(key->value);
    }
    const std::size_t start = at_;
    while (!AtEnd() && IsBareKey(Peek())) ++at_;
    if (at_ == start) return FailToml(at_, "neither a name nor a comment");
    return SecretBuffer::Copy(text_.substr(start, at_ - start));
  }

  TomlResult<SecretBuffer> ReadValue(std::string_view key) {
    const std::string name = IsEnvironmentName(key) ? std::string(key) : "the name";
    if (AtEnd() || (Peek() != '"' && Peek() != '\'')) {
      const bool other = !AtEnd() && BeginsOtherValue(Peek());
      return FailToml(at_, other ? "the value of " + Shown(name) + " is not a string; quote it"
                                 : "a value has to be a quoted string");
    }
    TomlResult<TomlString> string = ReadTomlString(text_, at_, true);
    if (!string) return FailToml(string.error().at, Shown(name) + ": " + string.error().what);
    at_ = string->end;
    return std::move(string->value);
  }

  TomlResult<void> ParseEntry() {
    const std::size_t start = at_;
    TomlResult<SecretBuffer> key = ReadKey();
    if (!key) return tl::unexpected(key.error());
    SkipSpaces();
    if (!AtEnd() && Peek() == '.') {
      return FailToml(at_, "a dotted name; a vault is one flat table of NAME = \"value\" lines");
    }
    if (AtEnd() || Peek() != '=') return FailToml(at_, "a name has to be followed by =");
    ++at_;
    SkipSpaces();
    TomlResult<SecretBuffer> value = ReadValue(key->view());
    if (!value) return tl::unexpected(value.error());
    return Keep(start, key->view(), std::move(*value));
  }

  TomlResult<void> Keep(std::size_t start, std::string_view name, SecretBuffer value) {
    if (!IsEnvironmentName(name)) {
      return FailToml(start, "\"" + Shown(name) +
                                 "\" is not a name that an environment variable may have "
                                 "(letters, digits, _; no digit first)");
    }
    if (name.size() + value.size() + sizeof "=" > kMaxEntry) {
      return FailToml(start, Shown(name) + " is too long: name and value may have " +
                                 std::to_string(kMaxEntry - sizeof "=") + " bytes (execve(2))");
    }
    const bool added = entries_.try_emplace(std::string(name), std::move(value)).second;
    if (!added) return FailToml(start, Shown(name) + " is there twice");
    return {};
  }

  static std::string Shown(std::string_view name) {
    return name.size() <= kMaxShownName ? std::string(name) : "a name of over 64 bytes";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::map<std::string, SecretBuffer> entries_;  // sorted, as Secrets is
};

}  // namespace

Result<Secrets> ParseSecrets(const SecretBuffer& plaintext, std::string_view where) try {
  Parser parser(plaintext.view());
  if (const TomlResult<void> parsed = parser.Parse(); !parsed) {
    return Fail(parsed.error().what, std::string(where) + ":" + parser.Position(parsed.error().at),
                "inside the vault, each line is NAME = \"value\" (TOML); age -d shows it");
  }
  return parser.TakeSecrets();
} catch (const std::bad_alloc&) {
  return Fail("not enough memory for the secrets", std::string(where),
              "raise nodeward's memory limit");
}

}  // namespace nodeward
