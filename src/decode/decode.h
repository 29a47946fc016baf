// Decoding of a refused system call for people: its name, its arguments as the manual writes them
// (paths, addresses, flags by name), and the target that folding tells apart. Never secrets: write
// buffers, environment and argument vectors are not read. Runs in the notify thread while the
// caller waits, so it is bounded: at most 4 KiB for a path, 128 bytes for an address, no allocation
// loops.
#pragma once

#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

// Memory of the process that waits. Everything read is under the application's control, and may
// have changed since: it serves description, never a decision.
class CallerMemory {
 public:
  virtual ~CallerMemory() = default;
  // Bytes read, 0 when none can be.
  virtual std::size_t Read(std::uint64_t address, void* buffer, std::size_t size) = 0;
  // All of it, or false.
  virtual bool Write(std::uint64_t address, const void* buffer, std::size_t size) = 0;
};

struct DecodedCall {
  std::string name;               // "mount", or "syscall_462" when unknown
  std::vector<std::string> args;  // as in interface.md: "/dev/sda1", "0x0", "MS_BIND|MS_REC"
  std::string target;             // the path or address the call is about, or empty
};

DecodedCall DecodeCall(const seccomp_data& call, CallerMemory& memory);

// Whether decoding `call` would read memory: when false, the notify thread opens no /proc file.
bool NeedsMemory(int call);

// The line that would allow it: `[syscalls] allow = ["mount"]`, or in words where no line can:
// `no profile line allows ioctl(TIOCSTI) in this version`. Not for the hot path: once for each
// event.
// A new process is allowed by the programs that it may become: `[filesystem] exec = ["@node",
// "@node-child"]`. `allowed` is [syscalls] allow and `exec` [filesystem] exec, as the profile has
// them.
std::string AllowHint(const seccomp_data& call, const std::vector<std::string>& allowed,
                      const std::vector<std::string>& exec);

}  // namespace nodeward
