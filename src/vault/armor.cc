#include "vault/armor.h"

#include <optional>

#include "vault/base64.h"

namespace nodeward {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::string_view kWhitespace = " \t\r\n";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kMaxWhitespace = 1024;

// One line without its LF or CRLF; the last may lack its ending.
std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

tl::unexpected<AgeError> Damaged(std::size_t line, std::string_view what) {
  return FailAge(AgeFailure::kArmor, "line " + std::to_string(line) + ": " + std::string(what));
}

// What follows the END line on it and after it.
bool IsBlank(std::string_view text) {
  return text.size() <= kMaxWhitespace &&
         text.find_first_not_of(kWhitespace) == std::string_view::npos;
}

}  // namespace

bool LooksArmored(std::string_view file) {
  const std::size_t start = file.find_first_not_of(kWhitespace);
  return start != std::string_view::npos && file.substr(start).starts_with("-----");
}

AgeResult<std::string> DecodeArmor(std::string_view file) {
  const std::size_t start = file.find_first_not_of(kWhitespace);
  if (start == std::string_view::npos || start > kMaxWhitespace) {
    return Damaged(1, "too much white space before the BEGIN line");
  }
  std::string_view rest = file.substr(start);
  std::size_t line_number = 1;
  for (const char c : file.substr(0, start)) line_number += c == '\n' ? 1u : 0u;
  if (TakeLine(rest) != kBegin) return Damaged(line_number, "not the BEGIN line of an age file");

  std::string binary;
  bool ended = false;  // a short or padded line was the last of the text
  while (!rest.empty()) {
    ++line_number;
    const std::string_view line = TakeLine(rest);
    if (line == kEnd) {
      if (!IsBlank(rest)) return Damaged(line_number + 1, "text after the END line");
      return binary;
    }
    if (ended) return Damaged(line_number, "the line before it is short, so END has to follow");
    if (line.empty()) return Damaged(line_number, "an empty line");
    if (line.size() > kColumns) return Damaged(line_number, "longer than 64 columns");
    const std::optional<std::string> bytes = DecodeBase64(line, Base64::kPadded);
    if (!bytes) return Damaged(line_number, "not canonical base64");
    ended = line.size() < kColumns || line.ends_with('=');
    binary += *bytes;
  }
  return Damaged(line_number, "the END line is missing");
}

std::string EncodeArmor(std::string_view binary) {
  const std::string text = EncodeBase64(binary, Base64::kPadded);
  std::string armored = std::string(kBegin) + "\n";
  for (std::size_t at = 0; at < text.size(); at += kColumns) {
    armored += text.substr(at, kColumns) + "\n";
  }
  return armored + std::string(kEnd) + "\n";
}

}  // namespace nodeward
