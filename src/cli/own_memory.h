// What nodeward does about its own memory before it holds a secret.
#pragma once

namespace nodeward {

// No core dump, and no other process of the same user may look (PR_SET_DUMPABLE). The core limit
// of nodeward itself: what it starts has its own.
void HideOwnMemory();

}  // namespace nodeward
