// What a refused system call is answered with. Pure; asked by the notify thread, and by `why`.
#pragma once

#include <sys/syscall.h>

#include <cerrno>

namespace nodeward {

// libuv turns EACCES of a fork into an ordinary `error` event of the child process; on EPERM it
// aborts.
inline int AnswerFor(int call) {
  switch (call) {
    case SYS_clone:
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
#endif
      return EACCES;
    default:
      return EPERM;
  }
}

}  // namespace nodeward
