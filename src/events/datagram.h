// DatagramSocket: sends to a local log daemon (unix(7), SOCK_DGRAM) that may restart at any time.
// Used by one sink's thread.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace nodeward {

class DatagramSocket {
 public:
  // `abort_fd` becomes readable when waiting has to end; not owned.
  DatagramSocket(std::string path, int abort_fd);

  // 0 or errno. Send connects by itself too: Open is for finding out early.
  int Open();
  // Sends one datagram; waits while the daemon's queue is full, connects anew once when the daemon
  // was restarted. 0, or the errno of a datagram that was lost (ECANCELED after `abort_fd`).
  int Send(std::string_view payload);
  // The same, but what is too large for a datagram travels as a sealed memfd, as journald takes it
  // (systemd.io, "Native Journal Protocol").
  int SendOrAttach(std::string_view payload);

 private:
  int SendOnce(std::string_view payload, int attached_fd) const;
  int SendPatiently(std::string_view payload, int attached_fd);

  std::string path_;
  int abort_fd_ = -1;
  UniqueFd socket_;
};

}  // namespace nodeward
