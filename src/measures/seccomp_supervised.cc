#include "measures/seccomp_supervised.h"

#include <fcntl.h>
#include <sys/mman.h>

namespace nodeward {
namespace {

constexpr std::uint64_t kInt = 0xffffffff;
// open(2): none of these means that the file can only be read, and must exist.
constexpr std::uint64_t kWriting = O_ACCMODE | O_CREAT | O_TRUNC;

}  // namespace

std::vector<SupervisedCall> SupervisedCalls(const Supervision& supervision) {
  std::vector<SupervisedCall> calls;
  if (supervision.execution) {
    calls.push_back({"execve", {}});
    calls.push_back({"execveat", {}});
  }
  if (supervision.reads) {
    for (const std::string_view call : {"open", "openat", "creat"}) calls.push_back({call, {}});
  } else if (supervision.writes) {
    calls.push_back({"open", {{"open", {{1, kWriting, 0}}}}});
    calls.push_back({"openat", {{"openat", {{2, kWriting, 0}}}}});
    calls.push_back({"creat", {}});
  }
  if (supervision.metadata) {
    for (const std::string_view call :
         {"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat",
          "utime", "utimes", "futimesat", "utimensat"}) {
      calls.push_back({call, {}});
    }
  }
  if (supervision.watches) calls.push_back({"inotify_add_watch", {}});
  if (supervision.instances) {
    for (const std::string_view call : {"inotify_init", "inotify_init1"})
      calls.push_back({call, {}});
  }
  if (supervision.mappings) {
    constexpr std::uint64_t kAnonymous = MAP_ANONYMOUS;
    calls.push_back(
        {"mmap", {{"mmap", {{2, PROT_EXEC, 0}}}, {"mmap", {{3, kAnonymous, kAnonymous}}}}});
  }
  if (supervision.signals) calls.push_back({"kill", {{"kill", {{0, kInt, 0}}}}});
  if (supervision.network) {
    for (const std::string_view call : {"connect", "bind", "listen", "sendmsg", "sendmmsg"}) {
      calls.push_back({call, {}});
    }
    SupervisedCall send{"sendto", {}};
    if (!supervision.questions) send.passes.push_back({"sendto", {{4, ~std::uint64_t{0}, 0}}});
    calls.push_back(std::move(send));
  }
  if (supervision.sockets) calls.push_back({"socket", {}});
  return calls;
}

}  // namespace nodeward
