#include "supervise/idle_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace nodeward {
namespace {

int DropReadOnly(dl_phdr_info* object, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (unsigned i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t start = object->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t end = (start + segment.p_memsz) / page * page;
    const std::uintptr_t first = (start + page - 1) / page * page;
    if (end <= first) continue;
    void* pages =
        reinterpret_cast<void*>(first);  // NOLINT(performance-no-int-to-ptr): the loader's
    madvise(pages, end - first, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void GiveBackStartupMemory() {
  malloc_trim(0);
  dl_iterate_phdr(DropReadOnly, nullptr);
}

void IdleMemory::Arm() {
  timer_.expires_after(std::chrono::milliseconds(500));
  timer_.async_wait([](boost::system::error_code error) {
    if (!error) GiveBackStartupMemory();
  });
}

}  // namespace nodeward
