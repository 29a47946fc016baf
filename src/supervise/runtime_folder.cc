#include "supervise/runtime_folder.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace nodeward {
namespace {

// Others reach what lies in it by its name, and cannot list it: the application's own socket is
// among it.
constexpr mode_t kMode = 0711;

Result<RuntimeFolder> MakeOne(const std::string& path, const FilePolicy& application) {
  const bool made = mkdir(path.c_str(), kMode) == 0;
  if (!made && errno != EEXIST) return Fail(DescribeErrno(errno));
  auto folder = OpenRuntimeFolder(path, geteuid());
  if (!folder) return folder;
  if (made) fchmod(folder->fd.get(), kMode);  // whatever the umask is
  if (application.Find(FileAccess::kWrite, folder->path) != nullptr) {
    return Fail("the application may write there");
  }
  return folder;
}

}  // namespace

std::vector<std::string> RuntimeFolders(uid_t uid) {
  std::vector<std::string> folders;
  const char* session = std::getenv("XDG_RUNTIME_DIR");
  if (uid == 0) {
    folders.emplace_back("/run/nodeward");
  } else if (session != nullptr && session[0] == '/') {
    folders.push_back(std::string(session) + "/nodeward");
  }
  folders.push_back("/dev/shm/nodeward-" + std::to_string(uid));
  return folders;
}

Result<RuntimeFolder> OpenRuntimeFolder(const std::string& path, uid_t owner) {
  RuntimeFolder folder;
  folder.fd.reset(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!folder.fd.valid() || fstat(folder.fd.get(), &facts) != 0) {
    return Fail(DescribeErrno(errno));
  }
  if (facts.st_uid != owner) {
    return Fail("it belongs to user " + std::to_string(facts.st_uid));
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) return Fail("others may write to it");
  std::error_code error;
  folder.path = std::filesystem::canonical(path, error).string();
  if (error) return Fail(error.message());
  return folder;
}

Result<RuntimeFolder> MakeRuntimeFolder(const FilePolicy& application) {
  std::string all;
  for (const std::string& path : RuntimeFolders(geteuid())) {
    auto folder = MakeOne(path, application);
    if (folder) return folder;
    all += (all.empty() ? "" : "; ") + path + ": " + folder.error().what;
  }
  return Fail(all);
}

Result<sockaddr_un> AddressIn(const RuntimeFolder& folder, const std::string& file) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder.fd.get()) + "/" + file;
  if (path.size() >= sizeof(address.sun_path)) return Fail("the name is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

int BindPrivately(int fd, const sockaddr_un& address) {
  const mode_t before = umask(0177);
  const int error =
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
  umask(before);
  return error;
}

}  // namespace nodeward
