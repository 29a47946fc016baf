// The application goes before its supervisor when memory runs out.
#pragma once

#include <sys/types.h>

namespace nodeward {

// Raises oom_score_adj of a process by 200 over nodeward's own, as far as the kernel allows.
// Lowering nodeward's would want CAP_SYS_RESOURCE; raising never does. proc(5).
// Written with the application's file system ids, whose file it is by then.
void RaiseOomScore(pid_t pid, uid_t uid, gid_t gid);

}  // namespace nodeward
