// Memory of a process that waits for the answer to a notification, through /proc/TID/mem, or at
// once where this process may trace it. One object for one notification, in the notify thread: a
// thread's number may belong to another one once the notification is over.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/unique_fd.h"
#include "decode/decode.h"

namespace nodeward {

// The memory that the last notification was read from, kept for the next one of the same thread: to
// open it costs more than all the rest of a connect. It stays with the memory that it was opened
// for: reads nothing once that has ended, as at an execve; and where another process had it in
// common, what it reads is still the application's own, good for a decision that is carried out on
// the same copy. To be forgotten at each execve that is seen.
struct OpenMemory {
  pid_t tid = 0;
  UniqueFd fd;
};

class ProcMemory : public CallerMemory {
 public:
  // `still_valid` asks the kernel whether the notification still waits for its answer
  // (SECCOMP_IOCTL_NOTIF_ID_VALID). It is called once, after the open and before the first read is
  // trusted: while it waits, `tid` cannot have been given to another process, and afterwards the
  // descriptor holds on to the memory that was opened (seccomp_unotify(2)).
  // `tid` as seen in the PID namespace of this process's /proc.
  // `direct`: process_vm_readv(2) is tried first, a third of the cost; it asks for the right to
  // trace by real ids. What it read counts only if the notification waits after it still.
  // `last`, or nullptr: outlives this.
  ProcMemory(pid_t tid, std::function<bool()> still_valid, bool direct = false,
             OpenMemory* last = nullptr);
  ~ProcMemory() override;
  ProcMemory(const ProcMemory&) = delete;
  ProcMemory& operator=(const ProcMemory&) = delete;

  // Opens at the first call; a failed open (EACCES without the right to trace the caller) or an
  // ended notification answers 0 from then on. May be short where readable memory ends.
  std::size_t Read(std::uint64_t address, void* buffer, std::size_t size) override;
  // Opens a second time, for writing.
  bool Write(std::uint64_t address, const void* buffer, std::size_t size) override;

 private:
  void Open();
  std::size_t ReadOpen(std::uint64_t address, void* buffer, std::size_t size) const;
  bool ReadLast(std::uint64_t address, void* buffer, std::size_t size, std::size_t& got);
  std::optional<std::size_t> ReadDirectly(std::uint64_t address, void* buffer, std::size_t size);

  pid_t tid_;
  std::function<bool()> still_valid_;
  bool direct_;
  OpenMemory* last_;
  bool tried_ = false;
  UniqueFd fd_;
};

}  // namespace nodeward
