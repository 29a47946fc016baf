#include "supervise/vault_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kQuiet{250};
constexpr std::chrono::seconds kLongestBurst{5};
constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

// The nearest one that there is: in it, the next one on the way comes back.
std::string Existing(std::filesystem::path folder) {
  std::error_code error;
  while (!std::filesystem::is_directory(folder, error) && folder != folder.root_path()) {
    folder = folder.parent_path();
  }
  return folder.string();
}

// Adds the folder around what `file` leads to, and around each link on the way; where the way ends,
// around that.
void Follow(const std::filesystem::path& file, int links, std::set<std::string>& folders) {
  std::error_code error;
  std::filesystem::path at;
  for (auto part = file.begin(); part != file.end(); ++part) {
    at /= *part;
    if (!std::filesystem::is_symlink(at, error)) continue;
    folders.insert(at.parent_path().string());
    std::filesystem::path rest = at.parent_path() / std::filesystem::read_symlink(at, error);
    while (++part != file.end()) rest /= *part;
    if (links > 0) Follow(rest.lexically_normal(), links - 1, folders);
    return;
  }
  folders.insert(Existing(file.parent_path()));
}

// The folders in which a change of `files` shows.
std::set<std::string> FoldersOf(const std::vector<std::string>& files) {
  constexpr int kMostLinks = 40;  // path_resolution(7)
  std::set<std::string> folders;
  for (const std::string& file : files) Follow(file, kMostLinks, folders);
  return folders;
}

}  // namespace

// Handlers hold it weakly: it may end while one is queued.
class VaultWatch::Waits : public std::enable_shared_from_this<Waits> {
 public:
  Waits(asio::io_context& context, int fd, std::vector<std::string> files,
        std::function<void()> changed)
      : descriptor_(context, fd),
        quiet_(context),
        files_(std::move(files)),
        changed_(std::move(changed)) {}

  // How many folders are watched; adding one again changes nothing. errno of the last failure.
  std::size_t WatchFolders(int* failed) {
    std::size_t watched = 0;
    for (const std::string& folder : FoldersOf(files_)) {
      const int added = inotify_add_watch(descriptor_.native_handle(), folder.c_str(), kMask);
      if (added >= 0) ++watched;
      if (added < 0 && failed != nullptr) *failed = errno;
    }
    return watched;
  }

  void Wait() {
    descriptor_.async_wait(Descriptor::wait_read,
                           [weak = weak_from_this()](boost::system::error_code error) {
                             const auto self = weak.lock();
                             if (error || !self) return;
                             self->Drain();
                             self->Arm();
                             self->Wait();
                           });
  }

 private:
  // What happened does not matter: whatever it was, the files are looked at.
  void Drain() {
    alignas(inotify_event) std::array<char, 4096> events;
    while (read(descriptor_.native_handle(), events.data(), events.size()) > 0) {
    }
  }

  void Arm() {
    const auto now = Steady::now();
    if (!std::exchange(armed_, true)) latest_ = now + kLongestBurst;
    quiet_.expires_at(std::min(now + kQuiet, latest_));
    quiet_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->armed_ = false;
      self->WatchFolders(nullptr);
      self->changed_();
    });
  }

  Descriptor descriptor_;
  asio::steady_timer quiet_;
  std::vector<std::string> files_;
  std::function<void()> changed_;
  bool armed_ = false;
  Steady::time_point latest_;
};

VaultWatch::VaultWatch(std::shared_ptr<Waits> waits) : waits_(std::move(waits)) {}

VaultWatch::~VaultWatch() = default;

Result<std::unique_ptr<VaultWatch>> VaultWatch::Start(asio::io_context& context,
                                                      std::vector<std::string> files,
                                                      std::function<void()> changed) {
  UniqueFd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  int failed = fd.valid() ? 0 : errno;
  if (fd.valid()) {
    auto waits =
        std::make_shared<Waits>(context, fd.release(), std::move(files), std::move(changed));
    waits->WatchFolders(&failed);
    if (failed == 0) {
      waits->Wait();
      return std::unique_ptr<VaultWatch>(new VaultWatch(std::move(waits)));
    }
  }
  return Fail("[secrets] watch: the vault's folder cannot be watched: " + DescribeErrno(failed), {},
              "more watches (fs.inotify.max_user_instances, max_user_watches), or watch = false");
}

}  // namespace nodeward
