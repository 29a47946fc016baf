// Landlock's ABI as the kernel's documentation describes it up to ABI 9; Debian 12's headers end at
// ABI 2. landlock(7), Documentation/userspace-api/landlock.rst. Leaf, child-safe.
#pragma once

#include <cstdint>

#include "kernel/sys.h"

namespace nodeward::kernel {

// What a ruleset handles: each right it names is refused wherever no rule grants it.
struct LandlockRuleset {
  std::uint64_t files = 0;
  std::uint64_t net = 0;     // ABI 4
  std::uint64_t scoped = 0;  // ABI 6
};

inline constexpr std::uint64_t kFsExecute = 1u << 0;
inline constexpr std::uint64_t kFsWriteFile = 1u << 1;
inline constexpr std::uint64_t kFsReadFile = 1u << 2;
inline constexpr std::uint64_t kFsReadDir = 1u << 3;
inline constexpr std::uint64_t kFsRemoveDir = 1u << 4;
inline constexpr std::uint64_t kFsRemoveFile = 1u << 5;
inline constexpr std::uint64_t kFsMakeChar = 1u << 6;
inline constexpr std::uint64_t kFsMakeDir = 1u << 7;
inline constexpr std::uint64_t kFsMakeReg = 1u << 8;
inline constexpr std::uint64_t kFsMakeSock = 1u << 9;
inline constexpr std::uint64_t kFsMakeFifo = 1u << 10;
inline constexpr std::uint64_t kFsMakeBlock = 1u << 11;
inline constexpr std::uint64_t kFsMakeSym = 1u << 12;
inline constexpr std::uint64_t kFsRefer = 1u << 13;
inline constexpr std::uint64_t kFsTruncate = 1u << 14;
inline constexpr std::uint64_t kFsIoctlDev = 1u << 15;
inline constexpr std::uint64_t kFsResolveUnix = 1u << 16;

inline constexpr std::uint64_t kNetBindTcp = 1u << 0;
inline constexpr std::uint64_t kNetConnectTcp = 1u << 1;

inline constexpr std::uint64_t kScopeAbstractUnix = 1u << 0;
inline constexpr std::uint64_t kScopeSignal = 1u << 1;

// ABI 7: refusals are logged, where audit is on, for the program after execve and not for the
// launcher before it. With neither flag the kernel logs the launcher alone.
inline constexpr unsigned kLandlockLogApplication = 1u << 0 | 1u << 1;

// A descriptor, or -errno.
inline int LandlockCreate(const LandlockRuleset& ruleset) noexcept {
  // An older kernel takes the longer struct as long as what it does not know is zero.
  return static_cast<int>(
      Call(444, reinterpret_cast<long>(&ruleset), static_cast<long>(sizeof(ruleset)), 0));
}

// Grants `rights` on the file that `fd` (O_PATH) holds, and beneath it when it is a folder.
inline int LandlockAllowPath(int ruleset, int fd, std::uint64_t rights) noexcept {
  struct [[gnu::packed]] PathBeneath {
    std::uint64_t rights;
    std::int32_t fd;
  } const rule{rights, fd};
  return static_cast<int>(Call(445, ruleset, 1, reinterpret_cast<long>(&rule), 0));
}

inline int LandlockRestrict(int ruleset, unsigned flags) noexcept {
  return static_cast<int>(Call(446, ruleset, static_cast<long>(flags)));
}

}  // namespace nodeward::kernel
