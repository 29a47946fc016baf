// One argument of a system call as text. Pure, but for what CallerMemory reads; bounded as decode.h
// says. Private to decode*.cc and their tests.
#pragma once

#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "decode/decode.h"
#include "decode/table.h"

namespace nodeward {

// Of a path or name. A flood of refused calls with ever new strings must not become a flood of
// output.
inline constexpr std::size_t kLongestString = 512;

std::string NameOrNumber(int number);  // "mount", "syscall_500"

// As `FormatArgument` shows them, for arguments that need no memory.
std::string FormatHex(std::uint64_t value);
std::string FormatPointer(std::uint64_t value);  // "0x7f12…", or "NULL"
// "MS_BIND|MS_REC", "O_RDONLY|O_CLOEXEC"; bits without a name follow in hexadecimal. An
// enumeration's value without a name is decimal when small, as new options are; "0x0" for no flags
// at all.
std::string FormatNamed(const NamedSet& names, std::uint64_t value);

// The string at `address`: raw bytes, cut at kLongestString with "…", also where the memory ends
// before the string does. "NULL", or "0x7f12… (unreadable)".
std::string ReadString(std::uint64_t address, CallerMemory& memory);

// The socket address at `address`, whose length is the caller's claim: "10.0.0.1:443", "[::1]:443",
// a path ("./@x" if it starts with @), "@name" for an abstract one with \0 and \\ for the bytes NUL
// and backslash, "AF_NETLINK pid 0 groups 0x1", other families by name. Lengths that the kernel
// refuses are said: "0x7f12… (length -1)".
std::string ReadSocketAddress(std::uint64_t address, std::uint64_t length, CallerMemory& memory);

// Argument `index` of `call`; empty for one that is not shown.
std::string FormatArgument(const CallRow& row, const seccomp_data& call, int index,
                           CallerMemory& memory);

}  // namespace nodeward
