// Decides kill(2) towards a process or group: within the application's own tree it passes, towards
// anybody else it is refused. The number lies in a register; what it names may end meanwhile, and
// then nobody else is signalled: a number is given again only after all others were.
#pragma once

#include "judge/ruling.h"

namespace nodeward {

class SignalJudge : public Judge {
 public:
  // `keeper`: every process of the application descends from it.
  explicit SignalJudge(pid_t keeper) : keeper_(keeper) {}
  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;

 private:
  bool IsOwn(pid_t target, pid_t caller) const;
  pid_t keeper_;
};

}  // namespace nodeward
