// The signals of the supervisor's process: blocked in every thread, and read from a descriptor.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace nodeward {

// Blocks every signal in the calling thread; threads made later inherit it. Call before the first,
// and before the keeper: children are waited for whatever nodeward's parent made of SIGCHLD.
void BlockSignals();

// Not raised by the kernel about nodeward itself: passed on.
bool IsForApplication(int signal);

// Reads them (signalfd(2)), in the supervisor's loop.
class SignalSource {
 public:
  // `context` outlives this, which outlives no handler of it.
  SignalSource(boost::asio::io_context& context, std::function<void(int signal)> take);

 private:
  void Wait();
  boost::asio::posix::stream_descriptor descriptor_;
  std::function<void(int)> take_;
};

// Takes the statuses of orphans, where nodeward is PID 1. The keeper's stays: it is noticed by its
// socket.
void ReapOthers(pid_t keeper);

}  // namespace nodeward
