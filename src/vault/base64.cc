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

int Variant(Base64 form) {
  return form == Base64::kPadded ? sodium_base64_VARIANT_ORIGINAL
                                 : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text, Base64 form) {
  const int variant = Variant(form);
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

std::string EncodeBase64(std::string_view bytes, Base64 form) {
  std::string text(sodium_base64_encoded_len(bytes.size(), Variant(form)), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), Variant(form));
  text.pop_back();  // the NUL that it counts
  return text;
}

}  // namespace nodeward
