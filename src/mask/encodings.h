// The ways in which programs write a string into a log, each as a function that appends to secret
// memory. Pure. `in` never lies in `out`.
#pragma once

#include <cstddef>
#include <string_view>

#include "mask/secret_text.h"

namespace nodeward {

struct JsonStyle {
  bool quotes = true;  // a quotation mark is escaped; util.inspect of Node.js does not
  bool slash = false;  // "\/", as PHP writes
  bool ascii = false;  // nothing beyond ASCII: \u00e9, two of them for what needs a surrogate pair
  bool html = false;   // < > & as \u003c, as Go writes
  bool hex_x = false;  // control characters as \x1B
  bool upper = false;  // the digits of an escape
};
// Without the quotation marks around it.
void AppendJson(std::string_view in, const JsonStyle& style, SecretText& out);

struct UrlStyle {
  std::string_view kept;  // what is not escaped, beyond letters and digits
  bool plus = false;      // a space becomes a plus sign
  bool upper = true;
};
void AppendUrl(std::string_view in, const UrlStyle& style, SecretText& out);

// & < > as XML writes them; `quote` and `apostrophe` stand for those two (empty: as they are).
void AppendXml(std::string_view in, std::string_view quote, std::string_view apostrophe,
               SecretText& out);

// `in` with `from` replaced by `to` throughout.
void AppendReplaced(std::string_view in, std::string_view from, std::string_view to,
                    SecretText& out);
// `in` with a backslash before each of `special`.
void AppendBackslashed(std::string_view in, std::string_view special, SecretText& out);

void AppendHex(std::string_view in, bool upper, SecretText& out);

// Base64 without padding. Of a rest of one or two bytes, the characters that end the text.
void AppendBase64(std::string_view in, bool url_safe, SecretText& out);

// As a WHATWG decoder reads bytes that are not UTF-8, and Node.js an environment: U+FFFD for each
// maximal part of a sequence that cannot be.
void AppendDecodedUtf8(std::string_view in, SecretText& out);

// %41 as its byte; what is no escape stays.
void AppendUrlDecoded(std::string_view in, SecretText& out);

}  // namespace nodeward
