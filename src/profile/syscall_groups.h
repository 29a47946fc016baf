// Named groups of system calls, kept as data in profiles/syscalls.toml and embedded at build time.
// Pure. Names are not resolved here: that is libseccomp's, in measures/seccomp.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

struct SyscallGroup {
  std::string name;                // without "@"
  std::string purpose;             // one line for `explain`
  std::vector<std::string> calls;  // sorted, unique
};

// In the order of the file. Ends the program at start-up only if the embedded data is malformed,
// which a test holds.
const std::vector<SyscallGroup>& SyscallGroups();
const SyscallGroup* FindSyscallGroup(std::string_view name);

// Probes that Node.js and the C library make and can do without: answered ENOSYS, never an event.
const std::vector<std::string>& OptionalProbes();

// Needed between the filter's installation and the application's first instruction, and by every
// process after: always allowed, and an error in `deny`.
const std::vector<std::string>& LaunchCalls();

}  // namespace nodeward
