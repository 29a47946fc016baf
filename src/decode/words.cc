#include "decode/words.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <bit>
#include <charconv>

#include "decode/decode.h"
#include "decode/format.h"
#include "decode/table.h"
#include "decode/values.h"
#include "measures/seccomp_arguments.h"

namespace nodeward {
namespace {

constexpr int kBeyondAnyTable = 1024;
constexpr int kFewBits = 4;

// What argument rules compare lies in registers.
class NoMemory : public CallerMemory {
 public:
  std::size_t Read(std::uint64_t, void*, std::size_t) override { return 0; }
  bool Write(std::uint64_t, const void*, std::size_t) override { return false; }
};

std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return negative ? 0 - value : value;
}

// The names of an argument, or null.
const NamedSet* NamesOf(const seccomp_data& call, int index) {
  const CallRow* row = FindCall(call.nr);
  if (row == nullptr) return nullptr;
  const Arg& arg = row->args[index];
  const auto other = static_cast<int>(call.args[arg.other]);
  if (arg.kind == ArgKind::kProtocol) {
    return other == AF_NETLINK ? &kNetlinkProtocols : &kInetProtocols;
  }
  if (arg.kind == ArgKind::kFcntl && other == F_SETFL) return &kStatusFlags;
  return arg.names;
}

std::optional<std::uint64_t> ValueOf(const NamedSet& names, std::string_view name) {
  for (const auto& list : {names.choices, names.flags}) {
    for (const NamedValue& known : list) {
      if (known.name == name) return known.value;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ParseNames(const NamedSet* names, std::string_view text) {
  std::uint64_t value = 0;
  while (true) {
    const std::size_t bar = text.find('|');
    const std::string_view part = text.substr(0, bar);
    std::optional<std::uint64_t> found = ParseNumber(part);
    if (!found && names != nullptr) found = ValueOf(*names, part);
    if (!found) return std::nullopt;
    value |= *found;
    if (bar == std::string_view::npos) return value;
    text.remove_prefix(bar + 1);
  }
}

// One value of an argument as the events show it.
std::string Show(seccomp_data call, int index, std::uint64_t value) {
  call.args[index] = value;
  const CallRow* row = FindCall(call.nr);
  if (row == nullptr) return std::to_string(static_cast<int>(value));
  NoMemory memory;
  return FormatArgument(*row, call, index, memory);
}

// What one condition lets pass: "SOCK_STREAM, also with SOCK_CLOEXEC|SOCK_NONBLOCK".
std::string ShowCondition(const seccomp_data& call, const ArgumentCondition& condition) {
  const auto index = static_cast<int>(condition.index);
  const auto mask = static_cast<std::uint32_t>(condition.mask);
  if (condition.value == 0 && std::popcount(mask) <= kFewBits) {
    return "anything without " + Show(call, index, mask);
  }
  const std::uint32_t open = ~mask;
  const std::string shown = Show(call, index, condition.value);
  return open == 0 ? shown : shown + " [|" + Show(call, index, open) + "]";
}

std::string ShowRule(int number, const ArgumentRule& rule) {
  seccomp_data call = {};
  call.nr = number;
  unsigned last = 0;
  for (const ArgumentCondition& condition : rule.conditions) {
    call.args[condition.index] = condition.value;
    last = std::max(last, condition.index);
  }
  std::string text = std::string(rule.call) + "(";
  for (unsigned i = 0; i <= last; ++i) {
    std::string shown = "any";
    for (const ArgumentCondition& condition : rule.conditions) {
      if (condition.index == i) shown = ShowCondition(call, condition);
    }
    text += (i == 0 ? "" : ", ") + shown;
  }
  return text + ")";
}

}  // namespace

std::optional<std::uint64_t> ParseArgument(const seccomp_data& call, int index,
                                           std::string_view text) {
  if (const auto value = ParseNames(NamesOf(call, index), text)) return value;
  constexpr std::uint64_t kSomeAddress = 0x7f0000002000;
  const CallRow* row = FindCall(call.nr);
  if (row == nullptr) return std::nullopt;
  const Arg& arg = row->args[index];
  if (text == "NULL") return 0;
  if (text == "AT_FDCWD" && arg.kind == ArgKind::kFd) {
    return static_cast<std::uint64_t>(std::int64_t{AT_FDCWD});
  }
  if (arg.IsRead()) return kSomeAddress;
  return std::nullopt;
}

std::vector<std::string_view> ArgumentNames(const seccomp_data& call, int index) {
  std::vector<std::string_view> all;
  const NamedSet* names = NamesOf(call, index);
  if (names == nullptr) return all;
  for (const auto& list : {names->choices, names->flags}) {
    for (const NamedValue& known : list) all.push_back(known.name);
  }
  return all;
}

std::vector<std::string> PassingArguments(int call, bool children) {
  std::vector<std::string> shapes;
  const std::string_view name = CallName(call);
  for (const ArgumentRule& rule : ArgumentRules(children)) {
    if (rule.call == name) shapes.push_back(ShowRule(call, rule));
  }
  return shapes;
}

int CallNumber(std::string_view name) {
  if (name.empty()) return -1;
  for (int number = 0; number < kBeyondAnyTable; ++number) {
    if (CallName(number) == name) return number;
  }
  return -1;
}

}  // namespace nodeward
