// The line of a profile that would allow a refused call, or the words that there is none.
#include <algorithm>
#include <string>
#include <string_view>

#include "decode/decode.h"
#include "decode/format.h"
#include "decode/profile_line.h"
#include "decode/table.h"
#include "measures/seccomp_arguments.h"
#include "measures/seccomp_filter.h"

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

// A program that may be executed brings the calls that make a process for it. Where the profile
// names one already, something else withholds them, and the calls themselves are the answer.
std::string ProcessLine(const std::vector<std::string>& allowed,
                        const std::vector<std::string>& exec) {
  const bool named =
      std::ranges::any_of(exec, [](const std::string& entry) { return entry != "@node"; });
  return named ? LineWith("syscalls", "allow", allowed, "@process")
               : LineWith("filesystem", "exec", exec, "@node-child");
}

std::string NoLine(const std::string& what) {
  return "no profile line allows " + what + " in this version";
}

}  // namespace

std::string AllowHint(const seccomp_data& call, const std::vector<std::string>& allowed,
                      const std::vector<std::string>& exec) {
  const std::string_view name = CallName(call.nr);
  // A profile names calls as libseccomp knows them, which may be fewer than this decoder does.
  if (SyscallNumber(std::string(name)) != call.nr) return NoLine(NameOrNumber(call.nr));
  if (!NameSuffices(call, name)) return NoLine(Describe(call));
  if (name == "clone" || name == "fork" || name == "vfork") return ProcessLine(allowed, exec);
  return LineWith("syscalls", "allow", allowed, std::string(name));
}

}  // namespace nodeward
