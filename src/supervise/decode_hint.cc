// The line of a profile that would allow a refused call, or the words that there is none.
#include <algorithm>
#include <string>
#include <string_view>

#include "measures/seccomp_arguments.h"
#include "measures/seccomp_filter.h"
#include "supervise/decode.h"
#include "supervise/decode_format.h"
#include "supervise/decode_table.h"

namespace nodeward {
namespace {

// What tells calls with argument rules apart lies in registers; a test holds that.
class NoMemory : public CallerMemory {
 public:
  std::size_t Read(std::uint64_t, void*, std::size_t) override { return 0; }
  bool Write(std::uint64_t, const void*, std::size_t) override { return false; }
};

// "socket(AF_PACKET, SOCK_RAW, 0x300)": the call with what it was about.
std::string Describe(const seccomp_data& call) {
  const CallRow* row = FindCall(call.nr);
  if (row == nullptr) return NameOrNumber(call.nr);
  NoMemory memory;
  std::string about;
  for (int i = 0; i < kCallArguments; ++i) {
    if (!row->IsAbout(i)) continue;
    if (!about.empty()) about += ", ";
    about += FormatArgument(*row, call, i, memory);
  }
  return std::string(row->name) + "(" + about + ")";
}

bool Satisfies(const seccomp_data& call, const ArgumentRule& rule) {
  return std::ranges::all_of(rule.conditions, [&](const ArgumentCondition& condition) {
    return (call.args[condition.index] & condition.mask) == condition.value;
  });
}

// Whether the filter would let these arguments pass once the call is allowed by name.
bool NameSuffices(const seccomp_data& call, std::string_view name) {
  // Allowed by default, and refused towards nodeward itself whatever the profile says.
  if (name == "kill" || name == "tgkill") return false;
  bool restricted = false;
  for (const ArgumentRule& rule : ArgumentRules(true)) {
    if (rule.call != name) continue;
    restricted = true;
    if (Satisfies(call, rule)) return true;
  }
  return !restricted;
}

// Lists of a profile replace each other, so the line names what is allowed already, too.
std::string AllowLine(const std::vector<std::string>& allowed, const std::string& added) {
  std::string line = "[syscalls] allow = [";
  for (const std::string& entry : allowed) line += "\"" + entry + "\", ";
  return line + "\"" + added + "\"]";
}

std::string NoLine(const std::string& what) {
  return "no profile line allows " + what + " in this version";
}

}  // namespace

std::string AllowHint(const seccomp_data& call, const std::vector<std::string>& allowed) {
  const std::string_view name = CallName(call.nr);
  // A profile names calls as libseccomp knows them, which may be fewer than this decoder does.
  if (SyscallNumber(std::string(name)) != call.nr) return NoLine(NameOrNumber(call.nr));
  if (!NameSuffices(call, name)) return NoLine(Describe(call));
  const bool makes_process = name == "clone" || name == "fork" || name == "vfork";
  return AllowLine(allowed, makes_process ? "@process" : std::string(name));
}

}  // namespace nodeward
