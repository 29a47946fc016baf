#include "host/trusted_path.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

constexpr std::size_t kMostLinks = 40;  // path_resolution(7)
constexpr const char* kMissing = "there is no such file or folder";

struct Step {
  std::string name;
  UniqueFd fd;
};

class Walk {
 public:
  Walk(const std::string& path, std::optional<uid_t> untrusted)
      : path_(path), untrusted_(untrusted) {
    Push(path);
  }

  Result<TrustedPath> Run() {
    root_.reset(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_.valid()) return Failed(errno);
    while (!parts_.empty()) {
      const std::string part = std::move(parts_.front());
      parts_.pop_front();
      if (auto taken = Take(part); !taken) return Fail(taken.error());
    }
    std::string real = Place();
    return TrustedPath{real.empty() ? "/" : std::move(real), folder_, std::move(links_)};
  }

 private:
  tl::unexpected<Error> Failed(int error) const {
    if (error == ENOENT) return Fail(kMissing, path_);
    return Fail("cannot follow the path: " + DescribeErrno(error), path_);
  }

  // Where the walk stands, without a slash at its end.
  std::string Place() const {
    std::string place;
    for (const Step& step : steps_) place += "/" + step.name;
    return place;
  }

  int Here() const { return steps_.empty() ? root_.get() : steps_.back().fd.get(); }

  // Its parts come before those that wait. A slash at its end asks for a folder.
  void Push(const std::string& path) {
    std::vector<std::string> fresh;
    for (std::size_t start = 0; start < path.size();) {
      const std::size_t end = std::min(path.find('/', start), path.size());
      if (end > start) fresh.push_back(path.substr(start, end - start));
      start = end + 1;
    }
    if (path.ends_with('/')) fresh.emplace_back(".");
    parts_.insert(parts_.begin(), fresh.begin(), fresh.end());
  }

  Result<void> Take(const std::string& part) {
    if (!folder_) return Failed(ENOTDIR);  // "file/..", too: the kernel refuses it
    if (part == ".") return {};
    if (part == "..") {
      if (!steps_.empty()) steps_.pop_back();
      return {};
    }
    UniqueFd next(openat(Here(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return Failed(errno);
    struct stat facts {};
    if (fstat(next.get(), &facts) != 0) return Failed(errno);
    if (S_ISLNK(facts.st_mode)) return Follow(next.get(), part, facts);
    folder_ = S_ISDIR(facts.st_mode);
    steps_.push_back({part, std::move(next)});
    return {};
  }

  Result<void> Follow(int link, const std::string& name, const struct stat& facts) {
    if (links_.size() >= kMostLinks) return Failed(ELOOP);
    links_.push_back(Place() + "/" + name);
    struct statfs system {};
    if (fstatfs(link, &system) != 0) return Failed(errno);
    if (system.f_type == PROC_SUPER_MAGIC) {
      return Fail("\"" + name + "\" is a link of /proc, and leads each process elsewhere", path_);
    }
    struct stat folder {};
    if (fstat(Here(), &folder) != 0) return Failed(errno);
    if (Planted(facts, folder)) {
      return Fail(
          "\"" + name + "\" on the way is a link that the application's user could have planted",
          path_);
    }
    std::array<char, PATH_MAX + 1> target{};
    const ssize_t size = readlinkat(link, "", target.data(), target.size() - 1);
    if (size <= 0) return Failed(size == 0 ? ENOENT : errno);
    const std::string text(target.data(), static_cast<std::size_t>(size));
    if (text.starts_with('/')) steps_.clear();
    folder_ = true;  // the folder that it counts from, or the root
    Push(text);
    return {};
  }

  bool Planted(const struct stat& link, const struct stat& folder) const {
    if (!untrusted_) return false;
    if (link.st_uid == *untrusted_ || folder.st_uid == *untrusted_) return true;
    const bool anybody = (folder.st_mode & S_IWOTH) != 0;
    return anybody && link.st_uid != 0 && link.st_uid != geteuid();
  }

  const std::string& path_;
  std::optional<uid_t> untrusted_;
  UniqueFd root_;
  std::vector<Step> steps_;
  std::deque<std::string> parts_;
  bool folder_ = true;
  std::vector<std::string> links_;
};

}  // namespace

Result<TrustedPath> ResolveTrusted(const std::string& path, std::optional<uid_t> untrusted) {
  return Walk(path, untrusted).Run();
}

bool NotFound(const Error& error) { return error.what == kMissing; }

}  // namespace nodeward
