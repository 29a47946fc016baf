// A caller for tests of the decoder: its memory, and its calls.
#pragma once

#include <linux/seccomp.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decode.h"

namespace nodeward {

// Regions of readable bytes; everything else is unmapped. Records where it was read.
class FakeMemory : public CallerMemory {
 public:
  std::uint64_t Place(std::uint64_t address, std::string_view bytes) {
    regions_[address] = std::string(bytes);
    return address;
  }
  std::uint64_t PlaceString(std::uint64_t address, std::string_view text) {
    return Place(address, std::string(text) + '\0');
  }
  template <class T>
  std::uint64_t PlaceObject(std::uint64_t address, const T& object) {
    std::string bytes(sizeof(object), '\0');
    std::memcpy(bytes.data(), &object, sizeof(object));
    return Place(address, bytes);
  }

  std::size_t Read(std::uint64_t address, void* buffer, std::size_t size) override {
    reads.insert(address);
    total += size;
    for (const auto& [start, bytes] : regions_) {
      if (address < start || address >= start + bytes.size()) continue;
      const std::size_t got = std::min<std::size_t>(size, start + bytes.size() - address);
      std::memcpy(buffer, bytes.data() + (address - start), got);
      return got;
    }
    return 0;
  }

  bool Write(std::uint64_t address, const void* buffer, std::size_t size) override {
    for (auto& [start, bytes] : regions_) {
      if (address < start || address + size > start + bytes.size()) continue;
      std::memcpy(bytes.data() + (address - start), buffer, size);
      return true;
    }
    return false;
  }

  std::set<std::uint64_t> reads;
  std::size_t total = 0;

 private:
  std::map<std::uint64_t, std::string> regions_;
};

template <class... Args>
seccomp_data Call(int number, Args... args) {
  seccomp_data call = {};
  call.nr = number;
  int i = 0;
  ((call.args[i++] = static_cast<__u64>(args)), ...);
  return call;
}

template <class... Args>
std::vector<std::string> ArgsOf(FakeMemory& memory, int number, Args... args) {
  return DecodeCall(Call(number, args...), memory).args;
}

}  // namespace nodeward
