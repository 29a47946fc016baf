// The keeper's own side: what runs after Keeper::Start forked. Single-threaded.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace nodeward {

struct ChildProgram;

// Serves requests from `control` until it closes; then kills the tree, removes `leavings` and
// exits.
[[noreturn]] void RunKeeper(int control, ChildProgram& program,
                            const std::vector<std::string>& leavings);

}  // namespace nodeward
