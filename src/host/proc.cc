#include "host/proc.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/unique_fd.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

constexpr std::size_t kLargestFile = 1u << 20;

}  // namespace

Result<std::string> ReadProcFile(int dirfd, const std::string& path) {
  const UniqueFd file(::openat(dirfd, path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) return Fail("cannot open it: " + DescribeErrno(errno), path);
  std::string text;
  std::array<char, 4096> part;  // not cleared: that would cost more than most of these files
  while (true) {
    const ssize_t got = kernel::Read(file.get(), part.data(), part.size());
    if (got < 0) return Fail("cannot read it: " + DescribeErrno(static_cast<int>(-got)), path);
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > kLargestFile) {
      return Fail("it is larger than 1M, which no such file is", path);
    }
  }
}

std::string ReadProcFileOrEmpty(const std::string& path) {
  return ReadProcFile(AT_FDCWD, path).value_or(std::string());
}

std::optional<std::uint64_t> ParseNumber(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace nodeward
