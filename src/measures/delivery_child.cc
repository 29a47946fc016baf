#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {
namespace {

using kernel::Call;

// memfd_create(2), Linux 6.3: never executable, whatever vm.memfd_noexec says. Older kernels know
// no such flag.
constexpr unsigned kNoExecSeal = 8;
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

int Create(const char* name) noexcept {
  const long pointer = reinterpret_cast<long>(name);
  const long made = Call(SYS_memfd_create, pointer, MFD_ALLOW_SEALING | kNoExecSeal);
  if (made != -EINVAL) return static_cast<int>(made);
  return static_cast<int>(Call(SYS_memfd_create, pointer, MFD_ALLOW_SEALING));
}

int Fill(int fd, const ChildMemoryFile& file) noexcept {
  for (std::size_t done = 0; done < file.size;) {
    const ssize_t count = kernel::Write(fd, file.contents + done, file.size - done);
    if (count <= 0) return count == 0 ? EIO : static_cast<int>(-count);
    done += static_cast<std::size_t>(count);
  }
  if (const long at = Call(SYS_lseek, fd, 0, SEEK_SET); at < 0) return static_cast<int>(-at);
  return static_cast<int>(-Call(SYS_fcntl, fd, F_ADD_SEALS, kSeals));
}

// Of those that the keeper got for the launch, the one that stays open.
int KeepUpdates(const ChildProgram& program) noexcept {
  if (program.updates < 0 || program.updates_number == nullptr) return 0;
  WriteNumber(program.updates, program.updates_number);
  return static_cast<int>(-Call(SYS_fcntl, program.updates, F_SETFD, 0));
}

}  // namespace

int ApplyDelivery(const ChildProgram& program) noexcept {
  for (std::uint32_t i = 0; i < program.memory_file_count; ++i) {
    const ChildMemoryFile& file = program.memory_files[i];
    const int fd = Create(file.name);
    if (fd < 0) return -fd;
    if (const int error = Fill(fd, file)) return error;
    WriteNumber(fd, file.number);
  }
  return KeepUpdates(program);
}

}  // namespace nodeward
