// The application's own NOTIFY_SOCKET: what it says there is read, checked and bounded, and goes on
// in nodeward's words. In the supervisor's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "supervise/notify_message.h"
#include "supervise/runtime_folder.h"

namespace boost::asio {
class io_context;
}

namespace nodeward {

struct BoundNotifySocket {
  UniqueFd fd;  // SOCK_DGRAM, does not block, SO_PASSCRED
  std::string path;
};

// Binds NAME.notify in `folder`, for the application's user alone. `name` is that of a status
// socket that is bound, so nobody else's. Call before the first thread: it changes the umask for a
// moment.
Result<BoundNotifySocket> BindNotifySocket(const RuntimeFolder& folder, const std::string& name,
                                           uid_t uid, gid_t gid);

class NotifySocket {
 public:
  using Take = std::function<void(const NotifyMessage&)>;
  // `fd` may be invalid: then nothing comes. `keeper`: messages of its descendants count, and those
  // that the supervisor sent in their place. `context` outlives this.
  NotifySocket(boost::asio::io_context& context, UniqueFd fd, pid_t keeper, Take take);
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

 private:
  class Reader;
  std::shared_ptr<Reader> reader_;
};

}  // namespace nodeward
