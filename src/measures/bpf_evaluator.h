// Runs a compiled seccomp filter the way the kernel does, without installing it: `why` asks it, and
// so do the tests. Pure; safe on any program, and ends on any: classic BPF jumps forward only, so
// no instruction runs twice. Documentation/userspace-api/seccomp_filter.rst, kernel/seccomp.c and
// net/core/filter.c are the source.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <span>

#include "base/result.h"
#include "kernel/architecture.h"

namespace nodeward {

// One system call of this architecture as a filter sees it.
inline seccomp_data CallOf(int number, std::uint64_t a = 0, std::uint64_t b = 0,
                           std::uint64_t c = 0, std::uint64_t d = 0, std::uint64_t e = 0,
                           std::uint64_t f = 0) {
  return {number, kernel::kAuditArch, 0x7f0000001000, {a, b, c, d, e, f}};
}

// The SECCOMP_RET_* value with its data: SECCOMP_RET_ERRNO | ENOSYS. An error for what the kernel
// would refuse to load, as far as this call meets it: an instruction that seccomp(2) does not
// admit, a load outside seccomp_data or unaligned, memory that was never written, a jump behind the
// end.
Result<std::uint32_t> EvaluateFilter(std::span<const sock_filter> code, const seccomp_data& call);

}  // namespace nodeward
