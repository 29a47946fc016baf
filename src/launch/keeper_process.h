// The keeper's own side: what runs after Keeper::Start forked. Single-threaded.
#pragma once

#include <sys/types.h>

namespace nodeward {

struct ChildProgram;

// Serves requests from `control` until it closes; then kills the tree and exits.
[[noreturn]] void RunKeeper(int control, ChildProgram& program);

}  // namespace nodeward
