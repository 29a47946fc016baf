// What differs between the architectures that nodeward is built for, in one place. A third one is a
// branch here, and its names in profile/syscall_groups.cc.
#pragma once

#include <elf.h>
#include <linux/audit.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace nodeward::kernel {

#if defined(__x86_64__)
// seccomp_data.arch of this architecture's calls.
inline constexpr std::uint32_t kAuditArch = AUDIT_ARCH_X86_64;
// The first of the numbers by which kAuditArch hides another table (asm/unistd.h:
// __X32_SYSCALL_BIT).
inline constexpr std::optional<std::uint32_t> kForeignNumbers = 0x40000000;
// Who else may call such a kernel, for a person: "i386 and x32 calls end the process".
inline constexpr std::string_view kForeignCalls = "i386 and x32";
// e_machine of its programs.
inline constexpr unsigned kElfMachine = EM_X86_64;
// Debian's name for it in paths, and that of other distributions that have such folders.
inline constexpr std::string_view kMultiarchName = "x86_64-linux-gnu";
// asm/fcntl.h: O_LARGEFILE, which the C library's own macro hides.
inline constexpr std::uint32_t kLargeFile = 0100000;
#elif defined(__aarch64__)
inline constexpr std::uint32_t kAuditArch = AUDIT_ARCH_AARCH64;
inline constexpr std::optional<std::uint32_t> kForeignNumbers = std::nullopt;
inline constexpr std::string_view kForeignCalls = "32-bit ARM";
inline constexpr unsigned kElfMachine = EM_AARCH64;
inline constexpr std::string_view kMultiarchName = "aarch64-linux-gnu";
inline constexpr std::uint32_t kLargeFile = 0400000;
#else
#error "nodeward supports x86-64 and arm64"
#endif

// Both are little-endian: filters look for the low word of an argument first.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

}  // namespace nodeward::kernel
