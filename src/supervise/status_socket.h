// The socket at which `nodeward status` asks a supervisor: where it lies and who may ask.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "supervise/runtime_folder.h"

namespace nodeward {

inline constexpr std::string_view kStatusSuffix = ".sock";

struct StatusSocket {
  UniqueFd listener;  // SOCK_STREAM, does not block
  std::string path;
  std::string name;  // as asked for, or with the process's number behind it where that one is taken
};

// Binds NAME.sock in `folder`, 0600. One that a supervisor left which was killed is replaced; one
// that is answered stays. Call before the first thread: it changes the umask for a moment.
Result<StatusSocket> BindStatusSocket(const RuntimeFolder& folder, const std::string& name);

// A connection to NAME.sock in `folder`; an errno value as negative number otherwise. Waits at most
// `timeout_ms` for it, and for each answer on it.
int ConnectToStatus(const RuntimeFolder& folder, const std::string& name, int timeout_ms);

// Root, or the supervisor's own user; never the application, also where that is the same user: what
// it connects to is connected by the supervisor in its place, so that the peer is nodeward itself,
// or it descends from the keeper.
bool MayAskStatus(const ucred& peer, uid_t own, pid_t supervisor, pid_t keeper);

}  // namespace nodeward
