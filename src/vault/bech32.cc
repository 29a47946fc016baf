#include "vault/bech32.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace nodeward {
namespace {

constexpr std::string_view kAlphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
constexpr std::size_t kChecksumLength = 6;

class Checksum {
 public:
  void Add(std::uint32_t value) {
    constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                         0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = ((state_ & 0x1ffffff) << 5) ^ value;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
      if (((top >> i) & 1) != 0) state_ ^= kGenerator[i];
    }
  }
  bool Holds() const { return state_ == 1; }
  // The six values that make it hold, the first in the highest bits.
  std::uint32_t Closing() {
    for (std::size_t i = 0; i < kChecksumLength; ++i) Add(0);
    return state_ ^ 1;
  }

 private:
  std::uint32_t state_ = 1;
};

// The prefix as BIP 173 expands it: high bits, zero, low bits, of its lower-case form.
void AddPrefix(Checksum& checksum, std::string_view prefix) {
  const auto lower = [](char c) {
    return static_cast<std::uint32_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  };
  for (const char c : prefix) checksum.Add(lower(c) >> 5);
  checksum.Add(0);
  for (const char c : prefix) checksum.Add(lower(c) & 31);
}

}  // namespace

std::optional<SecretBuffer> DecodeBech32(std::string_view text, std::string_view prefix) {
  const std::size_t start = prefix.size() + 1;
  if (text.size() < start + kChecksumLength || !text.starts_with(prefix) ||
      text[prefix.size()] != '1') {
    return std::nullopt;
  }
  Checksum checksum;
  AddPrefix(checksum, prefix);
  const std::size_t data_length = text.size() - start - kChecksumLength;
  SecretBuffer bytes(data_length * 5 / 8);
  std::uint32_t bits = 0;  // those read and not yet written; the lowest `count` of them
  unsigned count = 0;
  std::size_t written = 0;
  for (std::size_t i = 0; i < data_length + kChecksumLength; ++i) {
    const std::size_t value = kAlphabet.find(text[start + i]);
    if (value == std::string_view::npos) return std::nullopt;
    checksum.Add(static_cast<std::uint32_t>(value));
    if (i >= data_length) continue;
    bits = ((bits << 5) | static_cast<std::uint32_t>(value)) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes.data()[written++] = static_cast<unsigned char>(bits >> count);
    }
  }
  const bool clean = count < 5 && (bits & ((1u << count) - 1)) == 0;
  if (!checksum.Holds() || !clean) return std::nullopt;
  return bytes;
}

SecretBuffer EncodeBech32(std::string_view bytes, std::string_view prefix) {
  Checksum checksum;
  AddPrefix(checksum, prefix);
  const std::size_t data_length = (bytes.size() * 8 + 4) / 5;
  SecretBuffer text(prefix.size() + 1 + data_length + kChecksumLength);
  unsigned char* out = std::copy(prefix.begin(), prefix.end(), text.data());
  *out++ = '1';
  std::uint32_t bits = 0;
  unsigned count = 0;
  const auto write = [&](std::uint32_t value) {
    checksum.Add(value);
    *out++ = static_cast<unsigned char>(kAlphabet[value]);
  };
  for (const char byte : bytes) {
    bits = ((bits << 8) | static_cast<unsigned char>(byte)) & 0xfff;
    for (count += 8; count >= 5; count -= 5) write((bits >> (count - 5)) & 31);
  }
  if (count > 0) write((bits << (5 - count)) & 31);
  const std::uint32_t closing = checksum.Closing();
  for (std::size_t i = kChecksumLength; i > 0; --i) {
    *out++ = static_cast<unsigned char>(kAlphabet[(closing >> (5 * (i - 1))) & 31]);
  }
  return text;
}

}  // namespace nodeward
