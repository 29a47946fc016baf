// Named groups of system calls for [syscalls] allow and deny ("@process"), and two lists that are
// no groups. Pure data, made at build time: every launch asks for it. Names of x86-64 and arm64
// stand together: one that an architecture lacks is left out there. They are not resolved here:
// that is libseccomp's, in measures/seccomp_filter.cc.
#pragma once

#include <span>
#include <string_view>

namespace nodeward {

struct SyscallGroup {
  std::string_view name;                    // without "@"
  std::string_view purpose;                 // one line for `explain`
  std::span<const std::string_view> calls;  // sorted, unique
};

std::span<const SyscallGroup> SyscallGroups();
const SyscallGroup* FindSyscallGroup(std::string_view name);

// Answered ENOSYS by the filter itself, without an event, unless a profile allows them: Node.js and
// the C library try these and have another way. EPERM would break some of them (clone3 aborts).
std::span<const std::string_view> OptionalProbes();

// Needed between the filter's installation and the application's first instruction, and to end a
// process or return from a signal: always allowed, and an error in `deny`.
std::span<const std::string_view> LaunchCalls();

}  // namespace nodeward
