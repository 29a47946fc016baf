#include "supervise/decode.h"

#include <linux/sched.h>

#include "supervise/decode_format.h"
#include "supervise/decode_table.h"

namespace nodeward {
namespace {

// sched.h's CLONE_NEWTIME is missing: clone(2) reads that bit as part of the signal.
constexpr std::uint64_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

std::string NameOrNumber(int number) {
  const std::string_view name = CallName(number);
  return name.empty() ? "syscall_" + std::to_string(number) : std::string(name);
}

bool IsAbout(const CallRow& row, int index) { return (row.about >> index & 1) != 0; }

// For calls whose telling arguments are in registers.
class NoMemory : public CallerMemory {
 public:
  std::size_t Read(std::uint64_t, void*, std::size_t) override { return 0; }
};

// "socket(AF_PACKET, SOCK_RAW, 0x300)": the call with what it was about.
std::string Describe(const CallRow& row, const seccomp_data& call) {
  NoMemory memory;
  std::string text = std::string(row.name) + "(";
  bool first = true;
  for (int i = 0; i < kCallArguments; ++i) {
    if (!IsAbout(row, i)) continue;
    if (!first) text += ", ";
    first = false;
    text += FormatArgument(row, call, i, memory);
  }
  return text + ")";
}

bool HasRule(const CallRow& row, const seccomp_data& call) {
  switch (row.allowed) {
    case Allowed::kByName:
      return false;
    case Allowed::kNever:
      return true;
    case Allowed::kNotNamespaces:
      return (call.args[0] & kNewNamespaces) != 0;
  }
  return true;
}

std::string NoLine(const std::string& what) {
  return "no profile line allows " + what + " in this version";
}

}  // namespace

DecodedCall DecodeCall(const seccomp_data& call, CallerMemory& memory) {
  DecodedCall decoded;
  const CallRow* row = FindCall(call.nr);
  if (row == nullptr) {
    // How many arguments it has is not known, so registers would be noise.
    decoded.name = NameOrNumber(call.nr);
    return decoded;
  }
  decoded.name = row->name;
  decoded.args.reserve(kCallArguments);
  for (int i = 0; i < kCallArguments; ++i) {
    std::string text = FormatArgument(*row, call, i, memory);
    if (text.empty() && row->args[i].kind != ArgKind::kPath &&
        row->args[i].kind != ArgKind::kString) {
      continue;  // hidden; an empty path is an argument like any other
    }
    if (IsAbout(*row, i)) {
      if (!decoded.target.empty()) decoded.target += ' ';
      decoded.target += text;
    }
    decoded.args.push_back(std::move(text));
  }
  return decoded;
}

bool NeedsMemory(int call) {
  const CallRow* row = FindCall(call);
  if (row == nullptr) return false;
  for (const Arg& arg : row->args) {
    if (arg.kind == ArgKind::kPath || arg.kind == ArgKind::kString ||
        arg.kind == ArgKind::kSockaddr) {
      return true;
    }
  }
  return false;
}

std::string AllowHint(const seccomp_data& call) {
  const CallRow* row = FindCall(call.nr);
  if (row != nullptr && HasRule(*row, call)) return NoLine(Describe(*row, call));
  if (!ProfileCanName(call.nr)) return NoLine(NameOrNumber(call.nr));
  return "[syscalls] allow = [\"" + std::string(CallName(call.nr)) + "\"]";
}

}  // namespace nodeward
