// The folder that nodeward's own sockets lie in, by which others find a supervisor. Made by `run`
// before its Landlock domain and the keeper; looked through by `status`.
#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "policy/file_policy.h"

namespace nodeward {

// Where a supervisor of this user puts its sockets, the best place first: /run/nodeward for root,
// $XDG_RUNTIME_DIR/nodeward for others, and where neither can be written (a read-only root, a user
// without a session) /dev/shm/nodeward-UID, which every container has.
std::vector<std::string> RuntimeFolders(uid_t uid);

struct RuntimeFolder {
  std::string path;  // without links
  UniqueFd fd;       // O_PATH would do for all but flock(2)
};

// Opens one that exists: of this owner, and writable for no other. Never through a link.
Result<RuntimeFolder> OpenRuntimeFolder(const std::string& path, uid_t owner);

// The first of RuntimeFolders() that can be made or is there, 0711, and that the application may
// not write to by its rules on files. The Error names each place and what was wrong with it.
Result<RuntimeFolder> MakeRuntimeFolder(const FilePolicy& application);

// The address of the socket `file` in there. Through the folder's descriptor: what is checked is
// what is used, and the path is short enough (unix(7): 108 bytes) wherever the folder lies.
Result<sockaddr_un> AddressIn(const RuntimeFolder& folder, const std::string& file);

// bind(2), mode 0600: 0, or an errno value. Before the first thread: the umask changes for a
// moment.
int BindPrivately(int fd, const sockaddr_un& address);

}  // namespace nodeward
