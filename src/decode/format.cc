#include "decode/format.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <charconv>
#include <string_view>

#include "decode/values.h"

namespace nodeward {
namespace {

constexpr std::uint64_t kSmallEnumeration = 1024;

// Registers hold 64 bits; the kernel takes the low 32 of a C int. So does the decoder, or a value
// with high bits set would look like another one than the kernel acted on.
std::uint32_t Low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
int Signed(std::uint64_t value) { return static_cast<int>(Low(value)); }

template <class Number>
std::string Text(Number value, std::string_view prefix = {}, int base = 10) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value, base);
  std::string text(prefix);
  text.append(digits, end.ptr);
  return text;
}

std::string_view NameOf(std::span<const NamedValue> values, std::uint64_t value) {
  for (const NamedValue& known : values) {
    if (known.value == value) return known.name;
  }
  return {};
}

void Add(std::string& text, std::string_view part) {
  if (!text.empty()) text += '|';
  text += part;
}

std::string FormatId(std::uint64_t value) {
  return Low(value) == 0xffffffff ? std::string("-1") : Text(Low(value));
}

std::string FormatFd(std::uint64_t value) {
  return Signed(value) == AT_FDCWD ? std::string("AT_FDCWD") : Text(Signed(value));
}

// mode_t; the kernel takes 16 bits of it.
std::string FormatMode(std::uint64_t value) {
  return Text(static_cast<std::uint16_t>(value), "0", 8);
}

// Without O_CREAT or O_TMPFILE the caller need not have set the register at all.
std::string FormatOpenMode(std::uint64_t flags, std::uint64_t mode) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? FormatMode(mode) : std::string();
}

std::string FormatProtocol(std::uint64_t family, std::uint64_t protocol) {
  switch (Signed(family)) {
    case AF_INET:
    case AF_INET6:
      return FormatNamed(kInetProtocols, Low(protocol));
    case AF_NETLINK:
      return FormatNamed(kNetlinkProtocols, Low(protocol));
    case AF_PACKET:
      return FormatHex(Low(protocol));  // an EtherType in network byte order
    default:
      return Text(Signed(protocol));
  }
}

std::string FormatFcntl(std::uint64_t command, std::uint64_t value) {
  switch (Signed(command)) {
    case F_SETFL:
      return FormatNamed(kStatusFlags, Low(value));
    case F_SETSIG:
      return FormatNamed(kSignals, Low(value));
    case F_SETOWN:
      return Text(Signed(value));
    default:
      return FormatHex(value);
  }
}

}  // namespace

std::string NameOrNumber(int number) {
  const std::string_view name = CallName(number);
  return name.empty() ? "syscall_" + std::to_string(number) : std::string(name);
}

std::string FormatHex(std::uint64_t value) { return Text(value, "0x", 16); }

std::string FormatPointer(std::uint64_t value) {
  return value == 0 ? std::string("NULL") : FormatHex(value);
}

std::string FormatNamed(const NamedSet& names, std::uint64_t value) {
  std::string text;
  std::uint64_t rest = value;
  if (names.mask != 0) {
    const std::uint64_t choice = names.flags.empty() ? value : value & names.mask;
    if (const std::string_view name = NameOf(names.choices, choice); !name.empty()) {
      text = name;
      rest = value & ~std::uint64_t{choice | names.mask};
    } else if (names.flags.empty()) {
      return value < kSmallEnumeration ? Text(value) : FormatHex(value);
    }
  }
  for (const NamedValue& flag : names.flags) {
    if (flag.value == 0 || (rest & flag.value) != flag.value) continue;
    Add(text, flag.name);
    rest &= ~std::uint64_t{flag.value};
  }
  if (rest != 0 || text.empty()) Add(text, FormatHex(rest));
  return text;
}

std::string FormatArgument(const CallRow& row, const seccomp_data& call, int index,
                           CallerMemory& memory) {
  const Arg& arg = row.args[index];
  const std::uint64_t value = call.args[index];
  const std::uint64_t other = call.args[arg.other];
  switch (arg.kind) {
    case ArgKind::kNone:
      return {};
    case ArgKind::kInt:
    case ArgKind::kPid:
      return Text(Signed(value));
    case ArgKind::kUnsigned:
      return Text(Low(value));
    case ArgKind::kHex:
      return FormatHex(value);
    case ArgKind::kId:
      return FormatId(value);
    case ArgKind::kSize:
      return Text(value);
    case ArgKind::kMode:
      return FormatMode(value);
    case ArgKind::kOpenMode:
      return FormatOpenMode(other, value);
    case ArgKind::kFd:
      return FormatFd(value);
    case ArgKind::kPointer:
      return FormatPointer(value);
    case ArgKind::kPath:
    case ArgKind::kString:
      return ReadString(value, memory);
    case ArgKind::kSockaddr:
      return ReadSocketAddress(value, other, memory);
    case ArgKind::kNamed:
      return FormatNamed(*arg.names, Low(value));
    case ArgKind::kNamedWide:
      return FormatNamed(*arg.names, value);
    case ArgKind::kProtocol:
      return FormatProtocol(other, value);
    case ArgKind::kFcntl:
      return FormatFcntl(other, value);
  }
  return {};
}

}  // namespace nodeward
