#include "vault/toml_string.h"

#include <cstdint>
#include <utility>

namespace nodeward {
namespace {

constexpr std::string_view kUnclosed = "a string that is not closed";
constexpr std::string_view kControl = "a control character in a string; write it as an escape";

// Reads one string twice: first without `out`, to check and to measure, then into `out`. Both ways
// are the same code, so they cannot disagree.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at, unsigned char* out)
      : text_(text), at_(at), quote_(text[at]), out_(out) {}

  TomlResult<void> Read(bool multiline) {
    open_ = at_;
    const bool triple = multiline && text_.substr(at_).starts_with(std::string(3, quote_));
    at_ += triple ? 3 : 1;
    return triple ? ReadMultiline() : ReadLine();
  }
  std::size_t end() const { return at_; }
  std::size_t length() const { return length_; }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return text_[at_]; }
  bool Escapes() const { return quote_ == '"'; }

  void Emit(char c) {
    if (out_ != nullptr) out_[length_] = static_cast<unsigned char>(c);
    ++length_;
  }

  TomlResult<void> ReadLine() {
    while (!AtEnd() && TomlNewline(text_, at_) == 0) {
      if (Peek() == quote_) {
        ++at_;
        return {};
      }
      if (auto character = ReadCharacter(); !character) return character;
    }
    return FailToml(open_, std::string(kUnclosed) + " on its line");
  }

  TomlResult<void> ReadMultiline() {
    at_ += TomlNewline(text_, at_);  // the one right after the opening quotes is trimmed
    while (!AtEnd()) {
      if (Peek() == quote_) {
        if (TakeQuotes()) return {};
      } else if (const std::size_t newline = TomlNewline(text_, at_); newline > 0) {
        Emit('\n');
        at_ += newline;
      } else if (Escapes() && SkipLineEnding()) {
        continue;
      } else if (auto character = ReadCharacter(); !character) {
        return character;
      }
    }
    return FailToml(open_, std::string(kUnclosed));
  }

  // One or two quotes are content. Three close, and up to two before those three are content.
  bool TakeQuotes() {
    constexpr std::size_t kMost = 5;
    std::size_t run = 0;
    while (run < kMost && at_ + run < text_.size() && text_[at_ + run] == quote_) ++run;
    const bool closes = run >= 3;
    for (std::size_t content = closes ? run - 3 : run; content > 0; --content) Emit(quote_);
    at_ += run;
    return closes;
  }

  // A backslash at the end of a line takes the newline and all white space after it away.
  bool SkipLineEnding() {
    if (Peek() != '\\') return false;
    std::size_t next = at_ + 1;
    while (next < text_.size() && IsTomlSpace(text_[next])) ++next;
    if (TomlNewline(text_, next) == 0) return false;
    while (next < text_.size()) {
      const std::size_t step = IsTomlSpace(text_[next]) ? 1 : TomlNewline(text_, next);
      if (step == 0) break;
      next += step;
    }
    at_ = next;
    return true;
  }

  TomlResult<void> ReadCharacter() {
    const char c = Peek();
    if (IsTomlControl(c)) return FailToml(at_, std::string(kControl));
    if (c == '\\' && Escapes()) return ReadEscape();
    Emit(c);
    ++at_;
    return {};
  }

  TomlResult<void> ReadEscape() {
    constexpr std::string_view kNames = "btnfr\"\\";
    constexpr std::string_view kValues = "\b\t\n\f\r\"\\";
    const char name = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (const std::size_t i = kNames.find(name); i != std::string_view::npos) {
      Emit(kValues[i]);
      at_ += 2;
      return {};
    }
    if (name == 'u') return ReadCodePoint(4);
    if (name == 'U') return ReadCodePoint(8);
    return FailToml(at_, "an escape that TOML does not know; a backslash is written \\\\");
  }

  TomlResult<void> ReadCodePoint(std::size_t digits) {
    std::uint32_t point = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const std::size_t place = at_ + 2 + i;
      const int digit = place < text_.size() ? HexDigit(text_[place]) : -1;
      if (digit < 0) return FailToml(at_, "an escape with too few hexadecimal digits");
      point = (point << 4) | static_cast<std::uint32_t>(digit);
    }
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      return FailToml(at_, "an escape that is no Unicode character");
    }
    if (point == 0) return FailToml(at_, "a NUL, which no environment variable can hold");
    EmitUtf8(point);
    at_ += 2 + digits;
    return {};
  }

  static int HexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  void EmitUtf8(std::uint32_t point) {
    const auto tail = [&](unsigned shift) {
      Emit(static_cast<char>(0x80 | ((point >> shift) & 0x3f)));
    };
    if (point < 0x80) {
      Emit(static_cast<char>(point));
    } else if (point < 0x800) {
      Emit(static_cast<char>(0xc0 | (point >> 6)));
    } else if (point < 0x10000) {
      Emit(static_cast<char>(0xe0 | (point >> 12)));
      tail(6);
    } else {
      Emit(static_cast<char>(0xf0 | (point >> 18)));
      tail(12);
      tail(6);
    }
    if (point >= 0x80) tail(0);
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t open_ = 0;
  char quote_;
  unsigned char* out_;
  std::size_t length_ = 0;
};

}  // namespace

std::size_t TomlNewline(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '\n') return 1;
  return text.substr(at).starts_with("\r\n") ? 2 : 0;
}

TomlResult<TomlExtent> MeasureTomlString(std::string_view text, std::size_t at, bool multiline) {
  Reader measure(text, at, nullptr);
  if (auto read = measure.Read(multiline); !read) return tl::unexpected(read.error());
  return TomlExtent{measure.length(), measure.end()};
}

TomlResult<TomlString> ReadTomlString(std::string_view text, std::size_t at, bool multiline) {
  const auto extent = MeasureTomlString(text, at, multiline);
  if (!extent) return tl::unexpected(extent.error());
  TomlString string{SecretBuffer(extent->length), extent->end};
  Reader fill(text, at, string.value.data());
  if (auto read = fill.Read(multiline); !read) return tl::unexpected(read.error());
  return string;
}

}  // namespace nodeward
