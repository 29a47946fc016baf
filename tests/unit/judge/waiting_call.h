// A call that waits for a judge, made by a process of the test's choice; its own by default.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <utility>

#include "judge/ruling.h"
#include "unit/decode/fake_memory.h"

namespace nodeward::test {

class WaitingCall {
 public:
  explicit WaitingCall(seccomp_data call, pid_t tid = getpid())
      : tid_(tid), call_(call), caller_(ReadCaller(tid)) {}

  FakeMemory& memory() { return memory_; }
  // How often the judge asked whether the call still waits, and the answer.
  int asked() const { return asked_; }
  void End() { waits_ = false; }

  Ruling Judged(Judge& judge) { return judge.Rule(Get()); }

  Notified Get() {
    return {.id = 1,
            .tid = tid_,
            .call = call_,
            .caller = caller_,
            .memory = memory_,
            .own_root = false,
            .valid = [this] { return ++asked_, waits_; },
            .later = {},
            .answer_with = {},
            .wanted = [this] { return waits_; }};
  }

 private:
  pid_t tid_;
  seccomp_data call_;
  Caller caller_;
  FakeMemory memory_;
  int asked_ = 0;
  bool waits_ = true;
};

inline bool Continues(const Ruling& ruling) { return ruling.answer == Ruling::Answer::kContinue; }
// The errno that the caller gets; 0 when it gets another answer.
inline int ErrorOf(const Ruling& ruling) {
  return ruling.answer == Ruling::Answer::kError ? ruling.error : 0;
}

// A child that waits to be killed, in a process group of its own where asked.
class Child {
 public:
  explicit Child(bool own_group = false, std::function<void()> first = {}) {
    int ready[2];
    if (pipe(ready) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      close(ready[0]);
      if (own_group) setpgid(0, 0);
      if (first) first();
      close(ready[1]);
      for (;;) pause();
    }
    close(ready[1]);
    char byte;
    if (read(ready[0], &byte, 1) > 0) End();
    close(ready[0]);
  }
  ~Child() { End(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace nodeward::test
