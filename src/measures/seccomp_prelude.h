// What comes before the main program: numbers beyond the table are answered ENOSYS, and kill(2) and
// tgkill(2) towards certain processes are refused although the call is allowed.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace nodeward {

struct GuardedCall {
  int number = 0;                     // the system call
  std::vector<std::uint32_t> values;  // its first argument, low 32 bits (a pid_t): refused
};

// Instructions that fall through to whatever follows them. `refusal` is the SECCOMP_RET_* value for
// a guarded call. At most 250 values in all.
std::vector<sock_filter> MakePrelude(int last_call, const std::vector<GuardedCall>& guarded,
                                     std::uint32_t refusal);

}  // namespace nodeward
