// Tells of limits that were reached: an OOM kill, a refused fork, throttling. Woken by the kernel
// where it announces them; the counters are read again at the end, since some come late and
// throttling never.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "events/event.h"
#include "measures/cgroup.h"
#include "plan/plan.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

class LimitWatch {
 public:
  using Tell = std::function<void(std::vector<Event>)>;
  // `plan` and `context` outlive the watch. `tell` is called in the loop's thread.
  LimitWatch(boost::asio::io_context& context, const Plan& plan, Tell tell);
  ~LimitWatch();
  LimitWatch(const LimitWatch&) = delete;
  LimitWatch& operator=(const LimitWatch&) = delete;

  // Makes the application's groups, before it starts: the counters from here on are its own.
  Result<void> Begin();
  // Nothing where none were made. What could not be removed is told.
  void RemoveGroups();
  // The application has ended: the last events, and what it used since Begin().
  CgroupUse Finish();
  // Whether the memory limit killed a process since Begin(). After Finish().
  bool oom_killed() const;

 private:
  class Waits;
  void Look(bool with_throttling);

  const Plan& plan_;
  Tell tell_;
  CgroupUse first_;
  CgroupUse told_;
  bool made_ = false;
  std::shared_ptr<Waits> waits_;
};

}  // namespace nodeward
