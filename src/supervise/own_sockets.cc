#include "supervise/own_sockets.h"

#include <utility>

#include "supervise/notify_socket.h"
#include "supervise/runtime_folder.h"

namespace nodeward {
namespace {

Result<void> AddNotifySocket(Plan& plan, const RuntimeFolder& folder, OwnSockets& sockets) {
  const PlannedIdentity& who = plan.launch.identity;
  auto bound = BindNotifySocket(folder, plan.supervise.name, who.uid, who.gid);
  if (!bound) return Fail(bound.error());
  plan.launch.service.notify_socket = bound->path;
  sockets.paths.push_back(bound->path);
  sockets.notify = std::move(bound->fd);
  return {};
}

}  // namespace

Result<OwnSockets> MakeOwnSockets(Plan& plan) {
  OwnSockets sockets;
  const auto folder = MakeRuntimeFolder(plan.launch.files);
  auto status = folder ? BindStatusSocket(*folder, plan.supervise.name)
                       : Result<StatusSocket>(Fail(folder.error()));
  if (!status && plan.supervise.notify) {
    return Fail("[supervise] notify: there is no place for the application's socket: " +
                status.error().what);
  }
  if (!status) {
    plan.launch.warnings.push_back(
        "`nodeward status` cannot ask this supervisor, which finds no place for its socket: " +
        status.error().what);
    return sockets;
  }
  plan.supervise.sockets = folder->path;
  plan.supervise.name = status->name;
  sockets.paths.push_back(status->path);
  sockets.status = std::move(*status);
  if (!plan.supervise.notify) return sockets;
  if (auto added = AddNotifySocket(plan, *folder, sockets); !added) {
    for (const std::string& path : sockets.paths) unlink(path.c_str());
    return Fail(added.error());
  }
  return sockets;
}

}  // namespace nodeward
