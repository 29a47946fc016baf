// The sockets that nodeward itself is reached by, and what else lies in its folder, made before its
// own domain and the keeper, which removes them again.
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "plan/plan.h"
#include "supervise/status_socket.h"

namespace nodeward {

struct OwnSockets {
  StatusSocket status;             // without a listener where there is no place for it
  UniqueFd notify;                 // the application's NOTIFY_SOCKET; invalid: it gets none
  std::vector<std::string> paths;  // what is to be removed in the end
};

// Notes the folder, the name that was free and the application's socket in the plan. Where no
// folder can be written this is one of the plan's warnings: the application runs all the same, and
// `status` cannot ask. Only a profile that asks for a notify socket is refused then.
Result<OwnSockets> MakeOwnSockets(Plan& plan);

}  // namespace nodeward
