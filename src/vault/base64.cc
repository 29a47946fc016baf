#include "vault/base64.h"

#include <sodium.h>

#include <algorithm>

namespace nodeward {
namespace {

// libsodium 1.0.18 takes some bytes of 0x80 and more for letters, so it is asked about ASCII only.
bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text, Base64 form) {
  const int variant = form == Base64::kPadded ? sodium_base64_VARIANT_ORIGINAL
                                              : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  if (!IsAscii(text)) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  // Without an end pointer libsodium wants the whole text consumed; it checks trailing bits itself.
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, nullptr, variant) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace nodeward
