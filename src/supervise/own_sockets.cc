#include "supervise/own_sockets.h"

#include <utility>

#include "measures/delivery.h"
#include "supervise/notify_socket.h"
#include "supervise/preload_file.h"
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

Result<void> AddPreload(Plan& plan, const RuntimeFolder& folder, OwnSockets& sockets) {
  auto path = WritePreload(folder, plan.supervise.name);
  if (!path) return Fail(path.error());
  sockets.paths.push_back(*path);
  LoadPreload(plan, *path);
  return {};
}

// What the application itself needs of the folder.
Result<void> AddAsked(Plan& plan, const RuntimeFolder& folder, OwnSockets& sockets) {
  if (plan.supervise.notify) {
    if (auto added = AddNotifySocket(plan, folder, sockets); !added) return added;
  }
  if (DeliversInMemory(plan.profile)) return AddPreload(plan, folder, sockets);
  return {};
}

std::string WhoNeedsFolder(const Plan& plan) {
  if (plan.supervise.notify)
    return "[supervise] notify: there is no place for the application's socket";
  if (!DeliversInMemory(plan.profile)) return {};
  return "[secrets] deliver = \"memory\": there is no place for the module that takes them";
}

}  // namespace

Result<OwnSockets> MakeOwnSockets(Plan& plan) {
  OwnSockets sockets;
  const auto folder = MakeRuntimeFolder(plan.launch.files);
  auto status = folder ? BindStatusSocket(*folder, plan.supervise.name)
                       : Result<StatusSocket>(Fail(folder.error()));
  if (const std::string who = WhoNeedsFolder(plan); !status && !who.empty()) {
    return Fail(who + ": " + status.error().what);
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
  if (auto added = AddAsked(plan, *folder, sockets); !added) {
    for (const std::string& path : sockets.paths) unlink(path.c_str());
    return Fail(added.error());
  }
  return sockets;
}

}  // namespace nodeward
