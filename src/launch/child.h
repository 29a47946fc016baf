// The application's process between clone and execve. Child-safe throughout.
#pragma once

namespace nodeward {

struct ChildProgram;

// Applies every step, reports over `program.control`, waits for the gate, and executes. Never
// returns.
[[noreturn]] void RunChild(const ChildProgram& program) noexcept;

// The namespaces that a process cannot enter as one step among others: of users, whose privileges
// the steps need, and of PIDs, which only the caller's next children are born into. On failure
// reports and exits.
void EnterOuterNamespaces(const ChildProgram& program) noexcept;

}  // namespace nodeward
