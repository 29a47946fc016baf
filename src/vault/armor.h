// The ASCII armour of age: strict RFC 7468 with the label "AGE ENCRYPTED FILE". Pure; parent only.
#pragma once

#include <string>
#include <string_view>

#include "vault/failure.h"

namespace nodeward {

// Whether `file` means to be armoured: "-----" after at most white space. Binary age files begin
// with "age-encryption.org/", so the two are never confused.
bool LooksArmored(std::string_view file);

// The binary file inside. Lines end in LF or CRLF and have 64 columns, the last 1 to 64; base64 is
// padded and canonical. Before and after stands nothing but white space (1024 bytes at most each).
AgeResult<std::string> DecodeArmor(std::string_view file);

std::string EncodeArmor(std::string_view binary);

}  // namespace nodeward
