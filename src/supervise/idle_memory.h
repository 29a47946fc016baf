// Memory that only the start needed: given back, so that a supervisor at rest is small.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace nodeward {

// Returns free heap to the kernel, and drops the pages of nodeward's own read-only segments from
// this process: they stay in the page cache and come back when they are used again (madvise(2),
// MADV_DONTNEED on a private file mapping that was never written).
void GiveBackStartupMemory();

// Does so a moment after the application was started: earlier, the pages would only come back at
// once.
class IdleMemory {
 public:
  explicit IdleMemory(boost::asio::io_context& context) : timer_(context) {}
  void Arm();

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace nodeward
