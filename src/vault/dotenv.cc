#include "vault/dotenv.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr std::string_view kSpace = " \t";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Imported Read() {
    std::vector<ImportedEntry> entries;
    while (at_ < text_.size()) {
      const std::string_view line = Trim(Line());
      if (!line.empty() && line.front() != '#') {
        auto entry = ReadEntry();
        if (!entry) return tl::unexpected(entry.error());
        entries.push_back(std::move(*entry));
      }
      NextLine();
    }
    return entries;
  }

 private:
  // What is left of the line, without its LF or CRLF.
  std::string_view Line() const {
    std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  void NextLine() {
    const std::size_t end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++line_;
  }
  tl::unexpected<ImportFault> Refuse(std::string what) const {
    return tl::unexpected(ImportFault{line_, std::move(what)});
  }

  tl::expected<ImportedEntry, ImportFault> ReadEntry() {
    const std::string_view line = Line();
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return Refuse("neither NAME=VALUE nor a comment");
    std::string_view name = Trim(line.substr(0, equals));
    if (name.starts_with("export ")) name = Trim(name.substr(7));
    ImportedEntry entry{std::string(name), {}, line_};
    at_ += equals + 1;
    at_ += std::min(Line().find_first_not_of(kSpace), Line().size());
    const std::string_view rest = Line();
    const bool quoted =
        !rest.empty() && std::string_view("\"'`").find(rest.front()) != std::string_view::npos;
    auto value = quoted ? ReadQuoted(rest.front()) : ReadBare(rest);
    if (!value) return tl::unexpected(value.error());
    entry.value = std::move(*value);
    return entry;
  }

  tl::expected<SecretBuffer, ImportFault> ReadBare(std::string_view rest) const {
    if (rest.find('#') != std::string_view::npos) {
      return Refuse("a # in a value without quotes: readers differ on whether it begins a comment");
    }
    if (rest.find_first_of("\"'`") != std::string_view::npos) {
      return Refuse("a quote within a value that has none around it");
    }
    return SecretBuffer::Copy(Trim(rest));
  }

  tl::expected<SecretBuffer, ImportFault> ReadQuoted(char quote) {
    const std::size_t begin = at_ + 1;
    const std::size_t end = text_.find(quote, begin);
    if (end == std::string_view::npos) return Refuse("a quote that does not close");
    const std::string_view raw = text_.substr(begin, end - begin);
    if (quote == '"' && raw.ends_with('\\')) {
      return Refuse("a quote after a backslash: readers differ on whether it closes");
    }
    SecretBuffer value = Unescape(raw, quote == '"');
    line_ += static_cast<std::size_t>(std::count(raw.begin(), raw.end(), '\n'));
    at_ = end + 1;
    const std::string_view after = Trim(Line());
    if (!after.empty() && after.front() != '#') return Refuse("text after the closing quote");
    return value;
  }

  // CRLF to LF; in double quotes \n to a newline.
  static SecretBuffer Unescape(std::string_view raw, bool escapes) {
    SecretBuffer value(raw.size());
    std::size_t size = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const std::string_view two = raw.substr(i, 2);
      const bool newline = two == "\r\n" || (escapes && two == "\\n");
      value.data()[size++] = static_cast<unsigned char>(newline ? '\n' : raw[i]);
      if (newline) ++i;
    }
    value.Shrink(size);
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Imported ReadDotenv(std::string_view text) { return Reader(text).Read(); }

}  // namespace nodeward
