#include "judge/caller_memory.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <string>
#include <utility>

namespace nodeward {

ProcMemory::ProcMemory(pid_t tid, std::function<bool()> still_valid, bool direct, OpenMemory* last)
    : tid_(tid), still_valid_(std::move(still_valid)), direct_(direct), last_(last) {}

ProcMemory::~ProcMemory() {
  if (last_ != nullptr && fd_.valid()) *last_ = {tid_, std::move(fd_)};
}

void ProcMemory::Open() {
  tried_ = true;
  const std::string path = "/proc/" + std::to_string(tid_) + "/mem";
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.valid() && still_valid_()) fd_ = std::move(fd);
}

// Nothing where it is refused: the other way is left.
std::optional<std::size_t> ProcMemory::ReadDirectly(std::uint64_t address, void* buffer,
                                                    std::size_t size) {
  const iovec own{buffer, size};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the caller's address, which is never used here
  const iovec its{reinterpret_cast<void*>(address), size};
  const ssize_t got = process_vm_readv(tid_, &own, 1, &its, 1, 0);
  if (got < 0 && errno != EFAULT) {
    direct_ = false;
    return std::nullopt;
  }
  return got > 0 && still_valid_() ? static_cast<std::size_t>(got) : 0;
}

std::size_t ProcMemory::Read(std::uint64_t address, void* buffer, std::size_t size) {
  if (direct_) {
    if (const auto got = ReadDirectly(address, buffer, size)) return *got;
  }
  // Offsets are signed; what lies above belongs to the kernel.
  if (address > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return 0;
  std::size_t got = 0;
  if (!tried_ && ReadLast(address, buffer, size, got)) return got;
  if (!tried_) Open();
  return ReadOpen(address, buffer, size);
}

// What is kept counts as opened now, if it reads anything and the notification still waits.
bool ProcMemory::ReadLast(std::uint64_t address, void* buffer, std::size_t size, std::size_t& got) {
  if (last_ == nullptr || last_->tid != tid_) return false;
  fd_ = std::exchange(*last_, {}).fd;
  got = ReadOpen(address, buffer, size);
  tried_ = got > 0 && still_valid_();
  if (!tried_) fd_.reset();
  return tried_;
}

std::size_t ProcMemory::ReadOpen(std::uint64_t address, void* buffer, std::size_t size) const {
  if (!fd_.valid()) return 0;
  ssize_t got = 0;
  do {
    got = ::pread(fd_.get(), buffer, size, static_cast<off_t>(address));
  } while (got < 0 && errno == EINTR);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool ProcMemory::Write(std::uint64_t address, const void* buffer, std::size_t size) {
  if (address > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return false;
  const std::string path = "/proc/" + std::to_string(tid_) + "/mem";
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid() || !still_valid_()) return false;
  const ssize_t written = ::pwrite(fd.get(), buffer, size, static_cast<off_t>(address));
  return written == static_cast<ssize_t>(size);
}

}  // namespace nodeward
