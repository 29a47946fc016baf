// What the decoder knows of system calls: their names by number, and the kinds of their arguments.
// Constant data, built at compile time; lookups take constant time. Numbers are those of the
// architecture that nodeward was built for, because a foreign one never gets as far as a
// notification: the filter kills it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace nodeward {

inline constexpr int kCallArguments = 6;

struct NamedValue {
  std::uint32_t value;  // no named value of these interfaces is wider
  std::string_view name;
};

// Names for the values of one argument: either one of `choices` (compared under `mask`), or any of
// `flags`, or both, as open(2) has an access mode and flags in one word.
struct NamedSet {
  std::span<const NamedValue> choices = {};
  std::uint32_t mask = 0;  // the bits that hold the choice; all of them for a plain enumeration
  std::span<const NamedValue> flags = {};  // combined ones (O_SYNC) before their parts
};

enum class ArgKind : std::uint8_t {
  kNone,      // not an argument, or one that is not shown
  kInt,       // C int
  kUnsigned,  // C unsigned int
  kHex,       // a whole register
  kId,        // user or group: unsigned, -1 for "unchanged"
  kSize,      // size_t, count, offset
  kMode,      // file mode, octal
  kOpenMode,  // file mode that means something only beside O_CREAT or O_TMPFILE
  kFd,
  kPid,
  kPointer,    // address; what it points to is never read
  kPath,       // string in the caller's memory, read
  kString,     // the same, not a path: a file system's type, a module's name
  kSockaddr,   // address structure, read; `other` is the argument with its length
  kNamed,      // C int whose values have names
  kNamedWide,  // unsigned long whose values have names
  kProtocol,   // third argument of socket(2): its names depend on the family, argument `other`
  kFcntl,      // third argument of fcntl(2): what it is depends on the command, argument `other`
};

struct Arg {
  ArgKind kind = ArgKind::kNone;
  std::uint8_t other = 0;           // index of the argument that this one depends on
  const NamedSet* names = nullptr;  // of kNamed and kNamedWide

  // Whether showing it reads the caller's memory.
  constexpr bool IsRead() const {
    return kind == ArgKind::kPath || kind == ArgKind::kString || kind == ArgKind::kSockaddr;
  }
};

struct CallRow {
  int number = -1;  // -1: this architecture does not have it
  std::string_view name;
  std::uint8_t about = 0;  // bit N: argument N tells two violations apart
  Arg args[kCallArguments] = {};

  constexpr bool IsAbout(int index) const { return (about >> index & 1) != 0; }
};

// The calls whose arguments are known, in no order that matters.
std::span<const CallRow> DecodedCalls();

// The row for a number, or nullptr.
const CallRow* FindCall(int number);

// The call's name, or empty for a number that is not known.
std::string_view CallName(int number);

}  // namespace nodeward
