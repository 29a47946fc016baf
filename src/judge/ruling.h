// Ruling: what the supervisor answers to one call that waits, and what is told of it. Made by the
// judges (exec_judge, file_judge, signal_judge, socket_judge), carried out and told by the
// notifier.
#pragma once

#include <linux/seccomp.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decode.h"
#include "judge/caller.h"

namespace nodeward {

struct Ruling;

// One call that waits. References live as long as the judge looks at it.
struct Notified {
  std::uint64_t id = 0;
  pid_t tid = 0;
  const seccomp_data& call;
  const Caller& caller;
  CallerMemory& memory;
  bool own_root = false;        // it sees mounts of its own: paths count from its root
  std::function<bool()> valid;  // whether it still waits: what was read of `tid` is its own
  // For Answer::kLater: what answers the call from any thread, once, until the judge was stopped.
  std::function<std::function<void(Ruling)>()> later;
  // Answers the call with a new descriptor of the caller's, a copy of `fd`: 0, and then the ruling
  // is Answered(); or a positive errno (SECCOMP_IOCTL_NOTIF_ADDFD, Linux 5.9).
  std::function<int(int fd, bool close_on_exec)> answer_with;
  std::function<bool()> wanted;  // a copy of `valid` that outlives this
};

// What is told of a refusal, in words that need nothing else.
struct Refusal {
  std::string_view kind;   // "file", "exec", "network", "name", "signal"
  std::string_view code;   // codes.h
  std::string deed;        // "to connect to 93.184.216.34:443"
  std::string target;      // what folding tells apart
  std::string why;         // may be empty
  std::string hint;        // the line that would allow it
  bool permitted = false;  // told only: the section is permissive
};

// What is told of a file that no rule of [filesystem] covers. `target` is its path.
Refusal FileRefusal(std::string deed, std::string target, std::string why, std::string hint,
                    bool permitted);

struct Ruling {
  enum class Answer {
    kError,     // the call fails with `error`
    kContinue,  // the kernel carries it out; only where the kernel itself decides again
    kValue,     // it was carried out here and gives `value`
    kLater,     // somebody else answers it
    kAnswered,  // it has its answer
  };
  Answer answer = Answer::kContinue;
  int error = 0;
  std::int64_t value = 0;
  std::optional<Refusal> refusal;

  static Ruling Continue() { return {}; }
  static Ruling Value(std::int64_t value) { return {Answer::kValue, 0, value, {}}; }
  static Ruling Error(int error) { return {Answer::kError, error, 0, {}}; }
  static Ruling Later() { return {Answer::kLater, 0, 0, {}}; }
  static Ruling Answered() { return {Answer::kAnswered, 0, 0, {}}; }
};

// Decides some calls. Used by the notify thread alone.
class Judge {
 public:
  virtual ~Judge() = default;
  // The system calls that it decides, by number.
  virtual std::vector<int> Calls() const = 0;
  virtual Ruling Rule(const Notified& notified) = 0;
  // Nobody waits any more: ends what was to be answered later.
  virtual void Stop() {}
};

}  // namespace nodeward
