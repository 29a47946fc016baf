// TOML strings (v1.0.0), read into memory that the caller chose: never into ordinary heap.
// Why not toml++: src/decisions/secrets-parser.md. Pure; allocates nothing but fault texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "base/secret_buffer.h"

namespace nodeward {

// What is wrong with a document, and at which byte of it. Holds no text of the document.
struct TomlFault {
  std::size_t at = 0;
  std::string what;
};

template <class T>
using TomlResult = tl::expected<T, TomlFault>;

inline tl::unexpected<TomlFault> FailToml(std::size_t at, std::string what) {
  return tl::unexpected<TomlFault>(TomlFault{at, std::move(what)});
}

// White space within a line, and characters that only an escape may write.
inline bool IsTomlSpace(char c) { return c == ' ' || c == '\t'; }
inline bool IsTomlControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

// The length of the newline at `at`: 1 for LF, 2 for CRLF, 0 for none. A bare CR is none.
std::size_t TomlNewline(std::string_view text, std::size_t at);

struct TomlExtent {
  std::size_t length = 0;  // of the value, in bytes
  std::size_t end = 0;     // the byte after the closing quote
};

// What ReadTomlString would read, with nothing of it written anywhere.
TomlResult<TomlExtent> MeasureTomlString(std::string_view text, std::size_t at, bool multiline);

struct TomlString {
  SecretBuffer value;
  std::size_t end = 0;  // the byte after the closing quote
};

// The string that begins at `at`, which has to be a quote: basic or literal, and with `multiline`
// also their multi-line forms. A newline inside is LF, whether the document has LF or CRLF. A NUL
// (\u0000) is a fault: no environment can hold it.
TomlResult<TomlString> ReadTomlString(std::string_view text, std::size_t at, bool multiline);

}  // namespace nodeward
