// Whatever a file holds: ParseElf, ParseShebang, CommandOfEnv and FindInLoaderCache answer, and
// touch no memory that is not theirs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "host/elf.h"
#include "host/library_search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto read = [&](std::uint64_t offset, std::span<char> out) -> std::size_t {
    if (offset >= size) return 0;
    const std::size_t count = std::min<std::size_t>(out.size(), size - offset);
    std::memcpy(out.data(), data + offset, count);
    return count;
  };
  const auto elf = nodeward::ParseElf(read, "fuzz");
  if (elf) {
    // No name is longer than a path, and none holds a NUL.
    for (const std::string& name : elf->needed) {
      if (name.size() >= 4096 || name.find('\0') != std::string::npos) std::abort();
    }
  }
  const auto script = nodeward::ParseShebang(input);
  if (script) {
    if (script->interpreter.empty()) std::abort();
    (void)nodeward::CommandOfEnv(script->argument);
  }
  for (const std::string& path : nodeward::FindInLoaderCache(input, "libc.so.6")) {
    if (!path.starts_with('/')) std::abort();
  }
  return 0;
}
