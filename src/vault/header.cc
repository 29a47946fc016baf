#include "vault/header.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "vault/base64.h"

namespace nodeward {
namespace {

constexpr std::string_view kAnyVersion = "age-encryption.org/";
constexpr std::string_view kVersion1 = "age-encryption.org/v1";
constexpr std::string_view kStanza = "-> ";
constexpr std::string_view kMac = "--- ";
constexpr std::size_t kColumns = 64;

tl::unexpected<AgeError> Malformed(std::size_t line, std::string_view what) {
  return FailAge(AgeFailure::kHeader, "line " + std::to_string(line) + ": " + std::string(what));
}

// Hands out lines, counts them, and knows where each began.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  // The next line without its LF, or nothing where no whole line is left.
  std::optional<std::string_view> Next() {
    const std::size_t end = text_.find('\n', next_);
    if (end == std::string_view::npos) return std::nullopt;
    start_ = next_;
    next_ = end + 1;
    ++number_;
    return text_.substr(start_, end - start_);
  }
  std::size_t number() const { return number_; }
  std::size_t start() const { return start_; }
  std::string_view rest() const { return text_.substr(next_); }

 private:
  std::string_view text_;
  std::size_t start_ = 0;
  std::size_t next_ = 0;
  std::size_t number_ = 0;
};

AgeResult<void> ReadVersion(Lines& lines, std::string_view file) {
  if (file.empty()) return FailAge(AgeFailure::kNotAge, "it is empty");
  const std::optional<std::string_view> line = lines.Next();
  if (!line) {
    const bool cut = kVersion1.starts_with(file);
    return cut ? FailAge(AgeFailure::kHeaderCut) : FailAge(AgeFailure::kNotAge);
  }
  if (*line == kVersion1) return {};
  if (!line->starts_with(kAnyVersion)) return FailAge(AgeFailure::kNotAge);
  if (line->ends_with('\r')) {
    return Malformed(1, "it ends in CRLF: the file was copied as text, not as it is");
  }
  return FailAge(AgeFailure::kVersion);
}

// VCHAR of RFC 5234.
bool IsVisible(char c) { return c > 0x20 && c < 0x7f; }

AgeResult<Stanza> ReadArguments(std::string_view line, std::size_t number) {
  Stanza stanza;
  stanza.line = number;
  std::string_view rest = line.substr(kStanza.size());
  for (bool more = true; more;) {
    const std::size_t end = rest.find(' ');
    const std::string_view argument = rest.substr(0, end);
    if (argument.empty()) return Malformed(number, "an empty argument");
    if (!std::all_of(argument.begin(), argument.end(), IsVisible)) {
      return Malformed(number, "a character that no argument may have");
    }
    if (stanza.type.empty()) {
      stanza.type = argument;
    } else {
      stanza.arguments.push_back(argument);
    }
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
  }
  return stanza;
}

// Lines of 64 columns, then one that is shorter, which may be empty.
AgeResult<std::string> ReadBody(Lines& lines) {
  std::string body;
  while (true) {
    const std::optional<std::string_view> line = lines.Next();
    if (!line) return FailAge(AgeFailure::kHeaderCut);
    if (line->size() > kColumns) return Malformed(lines.number(), "longer than 64 columns");
    const std::optional<std::string> bytes = DecodeBase64(*line, Base64::kUnpadded);
    if (!bytes) return Malformed(lines.number(), "not canonical base64 in a stanza's body");
    body += *bytes;
    if (line->size() < kColumns) return body;
  }
}

AgeResult<void> ReadMac(std::string_view line, std::size_t number, AgeHeader& header) {
  const std::optional<std::string> mac = DecodeBase64(line.substr(kMac.size()), Base64::kUnpadded);
  if (!mac || mac->size() != header.mac.size()) return Malformed(number, "not a MAC of 32 bytes");
  std::copy(mac->begin(), mac->end(), header.mac.begin());
  return {};
}

}  // namespace

tl::unexpected<AgeError> FailStanza(const Stanza& stanza, std::string_view what) {
  return Malformed(stanza.line, what);
}

AgeResult<AgeHeader> ParseAgeHeader(std::string_view file) {
  Lines lines(file);
  if (auto version = ReadVersion(lines, file); !version) return tl::unexpected(version.error());
  AgeHeader header;
  while (true) {
    const std::optional<std::string_view> line = lines.Next();
    if (!line) return FailAge(AgeFailure::kHeaderCut);
    if (line->starts_with(kMac)) {
      if (header.stanzas.empty()) return Malformed(lines.number(), "no recipient before the MAC");
      if (auto mac = ReadMac(*line, lines.number(), header); !mac) {
        return tl::unexpected(mac.error());
      }
      header.authenticated = file.substr(0, lines.start() + kMac.size() - 1);  // without the space
      header.payload = lines.rest();
      return header;
    }
    if (!line->starts_with(kStanza)) return Malformed(lines.number(), "neither stanza nor MAC");
    AgeResult<Stanza> stanza = ReadArguments(*line, lines.number());
    if (!stanza) return tl::unexpected(stanza.error());
    AgeResult<std::string> body = ReadBody(lines);
    if (!body) return tl::unexpected(body.error());
    stanza->body = std::move(*body);
    header.stanzas.push_back(std::move(*stanza));
  }
}

}  // namespace nodeward
