// Memory that only the start needed: given back, so that a supervisor at rest is small.
#pragma once

namespace nodeward {

// Returns free heap to the kernel, and drops the pages of nodeward's own read-only segments from
// this process: they stay in the page cache and come back when they are used again (madvise(2),
// MADV_DONTNEED on a private file mapping that was never written).
void GiveBackStartupMemory();

}  // namespace nodeward
