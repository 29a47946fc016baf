// Values as TOML strings, from secret memory into memory that the caller chose.
#pragma once

#include <cstddef>
#include <string_view>

namespace nodeward {

// The literal of `value`, which is UTF-8 without a NUL: one line, or where the value has several
// (a PEM key) a multi-line string. Read again it gives the same bytes. Its size, in bytes.
std::size_t TomlStringSize(std::string_view value);

// The literal into `out`, which has room for it. The byte after it.
unsigned char* WriteTomlString(std::string_view value, unsigned char* out);

}  // namespace nodeward
