// The memory of a caller that fuzzing makes up: every address leads somewhere into the input, which
// ends soon, so that fields made of any bytes are read often and cut short often.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "decode/decode.h"

namespace nodeward {

class FuzzedMemory : public CallerMemory {
 public:
  FuzzedMemory(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::size_t Read(std::uint64_t address, void* buffer, std::size_t size) override {
    total += size;
    const std::size_t at = address % kSpan;
    if (address == 0 || at >= size_) return 0;
    const std::size_t got = std::min(size, size_ - at);
    std::memcpy(buffer, data_ + at, got);
    return got;
  }
  bool Write(std::uint64_t, const void*, std::size_t) override { return false; }

  std::size_t total = 0;  // bytes that were asked for

 private:
  static constexpr std::uint64_t kSpan = 65536;
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace nodeward
