// The arena: memory shared with the keeper, mapped before it is forked, so that the pointers of a
// ChildProgram mean the same there and in every child. Owned by the supervisor, who alone writes it
// (the keeper sets the gate's number). Secrets pass through it once for each launch, and are wiped.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "launch/child_program.h"
#include "measures/launch_plan.h"

namespace nodeward {

class Arena {
 public:
  static Result<Arena> Create();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&&) = delete;
  ~Arena();

  ChildProgram& program() { return *static_cast<ChildProgram*>(base_); }

  // Fills the program from a plan: every list and string is copied in. `steps` are the measures to
  // apply, as indices into the registry. Error: larger than the arena (an environment beyond 8
  // MiB).
  Result<void> Pack(const LaunchPlan& plan, const std::vector<std::uint32_t>& steps);
  // Overwrites all that Pack wrote, and gives the pages back.
  void Wipe();
  // False when the pages that hold secrets could not be locked.
  bool locked() const { return locked_; }

 private:
  explicit Arena(void* base) : base_(base) {}
  void* Allocate(std::size_t size, std::size_t alignment);
  template <class T>
  T* Array(std::size_t count) {
    return static_cast<T*>(Allocate(count * sizeof(T), alignof(T)));
  }
  const char* Copy(std::string_view text);
  char* const* Environment(const std::vector<PlannedVariable>& variables, ChildProgram& child);
  void MemoryFiles(const std::vector<PlannedMemoryFile>& planned, ChildProgram& child);
  ChildNamespaces Namespaces(const LaunchPlan& plan);
  void CopyPaths(const std::vector<std::string>& paths, std::size_t room, const char** list,
                 std::uint32_t* count);
  char* const* Arguments(const std::vector<std::string>& command);

  void* base_ = nullptr;
  std::size_t used_ = 0;
  bool locked_ = true;
};

}  // namespace nodeward
