// SecretText: secret bytes that grow, in memory as SecretBuffer's: locked, undumpable, wiped.
// Parent only. Meant for one text into which many pieces are written: each growth is a new mapping.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/secret_buffer.h"

namespace nodeward {

class SecretText {
 public:
  // `bytes` may not lie in this text: growing moves it.
  void Append(std::string_view bytes) {
    Reserve(bytes.size());
    if (!bytes.empty()) std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void Push(char byte) {
    Reserve(1);
    bytes_.data()[size_++] = static_cast<unsigned char>(byte);
  }
  // Cuts the text to `size`; what is cut off is overwritten or wiped later.
  void Truncate(std::size_t size) { size_ = size; }

  std::size_t size() const { return size_; }
  std::string_view view() const { return bytes_.view().substr(0, size_); }

 private:
  static constexpr std::size_t kFirst = 8 * 1024;

  void Reserve(std::size_t more) {
    if (bytes_.size() - size_ >= more) return;
    SecretBuffer larger(std::max(kFirst, (size_ + more) * 2));
    if (size_ > 0) std::memcpy(larger.data(), bytes_.data(), size_);
    bytes_ = std::move(larger);
  }

  SecretBuffer bytes_;
  std::size_t size_ = 0;
};

}  // namespace nodeward
