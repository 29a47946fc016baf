#include "cli/secret_places.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/unique_fd.h"
#include "host/proc.h"
#include "kernel/sys.h"
#include "launch/launch.h"

namespace nodeward {
namespace {

constexpr std::size_t kPiece = 1u << 20;
constexpr std::uintmax_t kLargestFile = 64u << 20;
constexpr std::size_t kMostFiles = 20000;
constexpr int kDeepest = 100;
constexpr uid_t kStranger = 65533;  // nobody's number, on a usual system

std::string NameOf(const std::string& proc) {
  std::string name = ReadProcFileOrEmpty(proc + "/comm");
  while (name.ends_with('\n')) name.pop_back();
  return EscapeForTerminal(name);
}

// "7f00-7fff rw-p …": what may be written to holds what was computed; the rest is files.
bool ParseRange(const std::string& line, std::uint64_t* from, std::uint64_t* to) {
  char* end = nullptr;
  *from = std::strtoull(line.c_str(), &end, 16);
  if (end == nullptr || *end != '-') return false;
  *to = std::strtoull(end + 1, &end, 16);
  return std::string_view(end).starts_with(" rw");
}

// A plain file, for reading. What it is is known before it is opened: opening a device can do
// something, and a FIFO can wait.
UniqueFd OpenPlain(const std::string& path, int flags) {
  const UniqueFd found(open(path.c_str(), O_PATH | O_CLOEXEC | flags));
  struct stat facts {};
  if (!found.valid() || fstat(found.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  const std::string same = "/proc/self/fd/" + std::to_string(found.get());
  return UniqueFd(open(same.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

std::string AskOver(const std::string& path, const std::string& what) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return {};
  path.copy(address.sun_path, path.size());
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{5, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return {};
  const std::string request = "GET " + what + " HTTP/1.0\r\nHost: docker\r\n\r\n";
  if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
  std::string answer;
  std::array<char, 65536> piece{};
  for (ssize_t count = 0; answer.size() < kLargestFile &&
                          (count = recv(fd.get(), piece.data(), piece.size(), 0)) > 0;) {
    answer.append(piece.data(), static_cast<std::size_t>(count));
  }
  const std::size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? std::string() : answer.substr(body + 4);
}

}  // namespace

bool CanOpenAs(const std::string& path, uid_t user) {
  bool opened = false;
  std::thread([&] {
    TakeFileSystemIds(user, user);
    kernel::CapSet({});  // of this thread alone
    const int fd = kernel::Open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    opened = fd >= 0;
    if (opened) kernel::Close(fd);
  }).join();
  return opened;
}

SecretPlaces::SecretPlaces(const Secrets& secrets, uid_t user) : secrets_(secrets), user_(user) {
  for (const Secret& secret : secrets) {
    longest_ = std::max(longest_, secret.value.size());
    if (secret.value.size() < kShortestSought) unsought_.push_back(secret.name);
  }
  piece_ = SecretBuffer(kPiece + longest_);
}

SecretPlaces::Readers SecretPlaces::ReadersOf(const std::string& path) const {
  const uid_t stranger = user_ == kStranger ? kStranger - 1 : kStranger;
  if (CanOpenAs(path, stranger)) return {"every user", true};
  if (user_ != 0 && CanOpenAs(path, user_))
    return {"root and user " + std::to_string(user_), false};
  return {"root", false};
}

std::set<std::string> SecretPlaces::In(std::string_view bytes) const {
  std::set<std::string> names;
  for (const Secret& secret : secrets_) {
    const std::string_view value = secret.value.view();
    if (value.size() < kShortestSought || value.size() > bytes.size()) continue;
    if (memmem(bytes.data(), bytes.size(), value.data(), value.size()) != nullptr) {
      names.insert(secret.name);
    }
  }
  return names;
}

void SecretPlaces::Add(const std::set<std::string>& names, const std::string& where,
                       const Readers& readers) {
  for (const std::string& name : names) {
    found_.push_back({name, where, readers.who, readers.beyond});
  }
}

void SecretPlaces::LookAtProcess(pid_t pid) {
  const std::string proc = "/proc/" + std::to_string(pid);
  const std::string of = "process " + std::to_string(pid) + " (" + NameOf(proc) + ")";
  LookAtFile(proc + "/environ", "environment of " + of);
  LookAtFile(proc + "/cmdline", "arguments of " + of);
  LookAtDescriptors(proc, of);
  LookAtMemory(proc, of);
  LookAtCore(proc, of);
}

// Piece by piece, each with the end of the one before, so that none is cut.
void SecretPlaces::LookAtFile(const std::string& path, const std::string& where, int flags) {
  const UniqueFd fd = OpenPlain(path, flags);
  const int from = fd.get();
  std::set<std::string> names;
  std::size_t held = 0;
  for (std::uintmax_t all = 0; from >= 0 && all < kLargestFile;) {
    const ssize_t count = pread(from, piece_.data() + held, kPiece, static_cast<off_t>(all));
    if (count <= 0) break;
    all += static_cast<std::uintmax_t>(count);
    held += static_cast<std::size_t>(count);
    names.merge(In(piece_.view().substr(0, held)));
    const std::size_t rest = std::min(held, longest_ > 0 ? longest_ - 1 : 0);
    memmove(piece_.data(), piece_.data() + held - rest, rest);
    held = rest;
  }
  if (!names.empty()) Add(names, where, ReadersOf(path));
}

// Plain files alone: reading a pipe would take from the application what it waits for.
void SecretPlaces::LookAtDescriptors(const std::string& proc, const std::string& of) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc + "/fd", error)) {
    const std::string path = entry.path().string();
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    const std::string target = std::filesystem::read_symlink(path, error).string();
    LookAtFile(path, "descriptor " + entry.path().filename().string() + " of " + of + ", " +
                         EscapeForTerminal(target));
  }
}

void SecretPlaces::LookAtMemory(const std::string& proc, const std::string& of) {
  const UniqueFd memory(open((proc + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  std::ifstream maps(proc + "/maps");
  std::set<std::string> names;
  for (std::string line; memory.valid() && std::getline(maps, line);) {
    std::uint64_t at = 0;
    std::uint64_t to = 0;
    if (!ParseRange(line, &at, &to)) continue;
    for (; at < to; at += kPiece) {
      const std::size_t size = std::min<std::uint64_t>(to - at, piece_.size());
      const ssize_t count = pread(memory.get(), piece_.data(), size, static_cast<off_t>(at));
      if (count <= 0) break;
      names.merge(In(piece_.view().substr(0, static_cast<std::size_t>(count))));
    }
  }
  if (!names.empty()) Add(names, "memory of " + of, ReadersOf(proc + "/mem"));
}

// core(5): a limit of 1 keeps the kernel from both a file and a handler; 0 from a file alone.
void SecretPlaces::LookAtCore(const std::string& proc, const std::string& of) {
  Observed observed;
  if (!ParseLimits(ReadProcFileOrEmpty(proc + "/limits"), &observed)) return;
  const auto limit = observed.limits.find("Max core file size");
  if (limit == observed.limits.end()) return;
  const std::string pattern = ReadProcFileOrEmpty("/proc/sys/kernel/core_pattern");
  const bool handler = pattern.starts_with('|');
  if (limit->second.first == 1 || (limit->second.first == 0 && !handler)) return;
  std::set<std::string> held;
  for (const SecretPlace& place : found_) {
    if (place.where == "memory of " + of) held.insert(place.secret);
  }
  const std::string where = pattern.substr(0, pattern.find('\n'));
  Add(held, "a core dump of " + of,
      {"whoever reads what " + EscapeForTerminal(where) + " leaves", true});
}

void SecretPlaces::LookBeneath(const std::string& path) {
  std::error_code error;
  const auto look = [&](const std::filesystem::directory_entry& entry) {
    const auto status = entry.symlink_status(error);
    if (error || status.type() != std::filesystem::file_type::regular) return;
    if (files_ >= kMostFiles || entry.file_size(error) > kLargestFile) {
      ++skipped_;
      return;
    }
    ++files_;
    LookAtFile(entry.path().string(), EscapeForTerminal(entry.path().string()), O_NOFOLLOW);
  };
  const std::filesystem::directory_entry top(path, error);
  if (error) return;
  look(top);
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  std::filesystem::recursive_directory_iterator at(path, options, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    look(*at);
    if (at.depth() < kDeepest || !at->is_directory(error)) continue;
    at.disable_recursion_pending();  // each level holds a descriptor
    ++skipped_;
  }
  if (error) unread_.push_back(EscapeForTerminal(path) + " (" + error.message() + ")");
}

bool SecretPlaces::AskDocker(const std::string& socket) {
  const auto list =
      nlohmann::json::parse(AskOver(socket, "/containers/json?all=1"), nullptr, false);
  if (!list.is_array()) return false;
  for (const auto& container : list) {
    const std::string id = container.value("Id", "");
    Add(In(AskOver(socket, "/containers/" + id + "/json")),
        "docker inspect " + EscapeForTerminal(id.substr(0, 12)),
        {"whoever may talk to " + socket, true});
  }
  return true;
}

}  // namespace nodeward
