// The application goes before its supervisor when memory runs out.
#pragma once

#include <sys/types.h>

namespace nodeward {

// Raises oom_score_adj of a process by 200 over nodeward's own, as far as the kernel allows.
// Lowering nodeward's would want CAP_SYS_RESOURCE; raising never does. proc(5).
void RaiseOomScore(pid_t pid);

}  // namespace nodeward
