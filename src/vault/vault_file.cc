#include "vault/vault_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace nodeward {
namespace {

Error CannotWrite(const std::string& path, int error) {
  std::string hint;
  if (error == ENOSPC || error == EDQUOT) hint = "make room; what was there is there still";
  if (error == EACCES || error == EROFS) hint = "write it where you may, and copy it there";
  if (error == EEXIST) hint = "nodeward vault set changes it; for a new one, choose another name";
  return {"cannot write: " + DescribeErrno(error), path, hint};
}

// A temporary file beside the vault, removed unless it took the vault's place.
class Temporary {
 public:
  Temporary(int folder, const std::string& name) : folder_(folder) {
    name_ = "." + name + ".new";
    unlinkat(folder, name_.c_str(), 0);  // of a nodeward that was killed: the folder is locked
    file_.reset(openat(folder, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  }
  ~Temporary() {
    if (file_.valid()) unlinkat(folder_, name_.c_str(), 0);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  // 0, or an errno value. `before`: whose mode and owner it gets.
  int Fill(std::string_view bytes, const struct stat* before) const {
    if (!file_.valid()) return errno;
    if (const int error = WriteAll(file_.get(), bytes); error != 0) return error;
    if (before != nullptr && (before->st_uid != geteuid() || before->st_gid != getegid())) {
      // Who may not give files away becomes the owner: it wrote it.
      static_cast<void>(!fchown(file_.get(), before->st_uid, before->st_gid));
    }
    const mode_t mode = before != nullptr ? before->st_mode & 07777 : 0644;
    if (fchmod(file_.get(), mode) != 0 || fsync(file_.get()) != 0) return errno;
    return 0;
  }

  int Become(const std::string& name, bool replace) {
    const int error =
        renameat2(folder_, name_.c_str(), folder_, name.c_str(), replace ? 0 : RENAME_NOREPLACE);
    if (error != 0) return errno;
    file_.reset();
    return fsync(folder_) == 0 ? 0 : errno;
  }

 private:
  int folder_;
  std::string name_;
  UniqueFd file_;
};

}  // namespace

int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

VaultFile::VaultFile(UniqueFd folder, std::string path, std::string name)
    : folder_(std::move(folder)), path_(std::move(path)), name_(std::move(name)) {}

Result<VaultFile> VaultFile::Lock(const std::string& path) {
  std::error_code error;
  // A part that is not there yet is taken as it is written.
  const auto real = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
  if (error) return Fail("cannot find it: " + DescribeErrno(error.value()), path);
  const std::string parent = real.parent_path();
  UniqueFd folder(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return Fail("cannot open its folder: " + DescribeErrno(errno), path);
  while (flock(folder.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return Fail("cannot lock its folder: " + DescribeErrno(errno), path);
  }
  return VaultFile(std::move(folder), real, real.filename());
}

Result<void> VaultFile::Create(std::string_view bytes) const { return Write(bytes, nullptr); }

Result<void> VaultFile::Replace(std::string_view bytes) const {
  struct stat before {};
  if (fstatat(folder_.get(), name_.c_str(), &before, AT_SYMLINK_NOFOLLOW) != 0) {
    return Fail(CannotWrite(path_, errno));
  }
  return Write(bytes, &before);
}

Result<void> VaultFile::Write(std::string_view bytes, const struct stat* before) const {
  Temporary temporary(folder_.get(), name_);
  int error = temporary.Fill(bytes, before);
  if (error == 0) error = temporary.Become(name_, before != nullptr);
  if (error != 0) return Fail(CannotWrite(path_, error));
  return {};
}

Result<void> CreatePrivateFile(const std::string& path, std::string_view bytes) {
  UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.valid()) return Fail(CannotWrite(path, errno));
  int error = WriteAll(file.get(), bytes);
  if (error == 0 && fsync(file.get()) != 0) error = errno;
  if (error == 0) return {};
  unlink(path.c_str());
  return Fail(CannotWrite(path, error));
}

}  // namespace nodeward
