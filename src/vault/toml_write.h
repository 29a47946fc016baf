// Values as TOML strings, from secret memory into secret memory.
#pragma once

#include <string_view>

#include "base/secret_buffer.h"

namespace nodeward {

// The literal of `value`, which is UTF-8 without a NUL: one line, or where the value has several
// (a PEM key) a multi-line string. Read again it gives the same bytes.
SecretBuffer WriteTomlString(std::string_view value);

// The same in two steps, to write into memory that holds more: its size, and its bytes into `out`.
std::size_t TomlStringSize(std::string_view value);
void WriteTomlString(std::string_view value, unsigned char* out);

}  // namespace nodeward
