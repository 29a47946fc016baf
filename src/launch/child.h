// The application's process between clone and execve. Child-safe throughout.
#pragma once

namespace nodeward {

struct ChildProgram;

// Applies every step, reports over `program.control`, waits for the gate, and executes. Never
// returns.
[[noreturn]] void RunChild(const ChildProgram& program) noexcept;

}  // namespace nodeward
