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

// Numbers that are still needed, or the application's.
bool IsTaken(const ChildProgram& program, int fd) noexcept {
  for (std::uint32_t i = 0; i < program.kept_fd_count; ++i) {
    if (program.kept_fds[i] == fd) return true;
  }
  return fd == program.control || fd == program.gate || fd == program.updates;
}

// Moves `fd` to the lowest number from `*next` on. Node.js marks what it inherits close-on-exec up
// to the first gap beyond 15 (libuv: uv_disable_stdio_inheritance), so that numbers behind those
// that nodeward itself inherited would reach its children. What is open there is to be closed.
int Settle(const ChildProgram& program, int fd, int* next) noexcept {
  while (IsTaken(program, *next) && *next != fd) ++*next;
  const int to = (*next)++;
  if (to == fd) return static_cast<int>(Call(SYS_fcntl, fd, F_SETFD, 0)) < 0 ? -EBADF : to;
  const long placed = Call(SYS_dup3, fd, to, 0);
  kernel::Close(fd);
  return static_cast<int>(placed);
}

}  // namespace

int ApplyDelivery(const ChildProgram& program) noexcept {
  int next = 3;
  for (std::uint32_t i = 0; i < program.memory_file_count; ++i) {
    const ChildMemoryFile& file = program.memory_files[i];
    const int fd = Create(file.name);
    if (fd < 0) return -fd;
    if (const int error = Fill(fd, file)) return error;
    const int settled = Settle(program, fd, &next);
    if (settled < 0) return -settled;
    WriteNumber(settled, file.number);
  }
  if (program.updates < 0 || program.updates_number == nullptr) return 0;
  const int settled = Settle(program, program.updates, &next);
  if (settled < 0) return -settled;
  WriteNumber(settled, program.updates_number);
  return 0;
}

}  // namespace nodeward
