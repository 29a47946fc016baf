#include "measures/seccomp_prelude.h"

#include <linux/seccomp.h>

#include <cerrno>
#include <cstddef>

#include "kernel/architecture.h"

namespace nodeward {
namespace {

constexpr std::uint32_t kToEnd = UINT32_MAX;  // a jump behind the prelude, not resolved yet

sock_filter Load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
sock_filter Jump(std::uint16_t test, std::uint32_t value, unsigned yes, unsigned no) {
  return {static_cast<std::uint16_t>(BPF_JMP | BPF_K | test), static_cast<std::uint8_t>(yes),
          static_cast<std::uint8_t>(no), value};
}
sock_filter Skip(std::uint32_t count) { return {BPF_JMP | BPF_JA, 0, 0, count}; }
sock_filter Return(std::uint32_t value) { return {BPF_RET | BPF_K, 0, 0, value}; }

// Little-endian: the low word of an argument comes first.
constexpr std::size_t kFirstArgument = offsetof(seccomp_data, args);

void AppendGuard(std::vector<sock_filter>& code, const GuardedCall& guard, std::uint32_t refusal) {
  const auto count = static_cast<unsigned>(guard.values.size());
  code.push_back(Jump(BPF_JEQ, static_cast<std::uint32_t>(guard.number), 0, count + 3));
  code.push_back(Load(kFirstArgument));
  for (unsigned i = 0; i < count; ++i) {
    code.push_back(Jump(BPF_JEQ, guard.values[i], count - i, 0));  // to the Return below
  }
  code.push_back(Skip(kToEnd));
  code.push_back(Return(refusal));
}

}  // namespace

std::vector<sock_filter> MakePrelude(int last_call, const std::vector<GuardedCall>& guarded,
                                     std::uint32_t refusal) {
  // What is foreign is left to the main program, which kills it.
  std::vector<sock_filter> code = {
      Load(offsetof(seccomp_data, arch)),
      Jump(BPF_JEQ, kernel::kAuditArch, 1, 0),
      Skip(kToEnd),
      Load(offsetof(seccomp_data, nr)),
  };
  if (kernel::kForeignNumbers) {
    code.push_back(Jump(BPF_JGE, *kernel::kForeignNumbers, 0, 1));
    code.push_back(Skip(kToEnd));
  }
  code.push_back(Jump(BPF_JGT, static_cast<std::uint32_t>(last_call), 0, 1));
  code.push_back(Return(SECCOMP_RET_ERRNO | ENOSYS));
  for (const GuardedCall& guard : guarded) AppendGuard(code, guard, refusal);
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].code == (BPF_JMP | BPF_JA) && code[i].k == kToEnd) {
      code[i].k = static_cast<std::uint32_t>(code.size() - i - 1);
    }
  }
  return code;
}

}  // namespace nodeward
