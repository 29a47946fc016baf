// Strict base64 (RFC 4648, section 4): one encoding for each value, and no other accepted or made.
// For headers, armour and ciphertext only, which are public: the result is ordinary memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nodeward {

enum class Base64 { kPadded, kUnpadded };

// The bytes of `text`, or nothing where it holds white space, a foreign character, padding that
// the form does not have (or lacks padding that it has), or non-zero bits after the last byte.
std::optional<std::string> DecodeBase64(std::string_view text, Base64 form);

std::string EncodeBase64(std::string_view bytes, Base64 form);

}  // namespace nodeward
