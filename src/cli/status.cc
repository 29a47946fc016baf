#include "cli/status.h"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "profile/names.h"
#include "supervise/status_socket.h"

namespace nodeward {
namespace {

// What Docker takes for "unhealthy"; 2 is reserved there.
constexpr int kNotHealthy = 1;
constexpr int kPatienceMs = 2000;
constexpr std::size_t kLongestAnswer = 1u << 18;

// A supervisor that can be asked.
struct Found {
  std::string name;
  UniqueFd connection;
};

// Only one that the folder's owner listens at: nobody else answers in its place.
UniqueFd Connect(const RuntimeFolder& folder, const std::string& name) {
  UniqueFd connection(ConnectToStatus(folder, name, kPatienceMs));
  struct stat facts {};
  ucred peer{};
  socklen_t size = sizeof(peer);
  const bool known = connection.valid() && fstat(folder.fd.get(), &facts) == 0 &&
                     getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (!known || (peer.uid != facts.st_uid && peer.uid != 0)) connection.reset();
  return connection;
}

void FindIn(const std::string& path, uid_t owner, const std::string& wanted,
            std::vector<Found>& found) {
  const auto folder = OpenRuntimeFolder(path, owner);
  if (!folder) return;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder->path, error)) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(kStatusSuffix)) continue;
    name.resize(name.size() - kStatusSuffix.size());
    if (!wanted.empty() && name != wanted) continue;
    UniqueFd connection = Connect(*folder, name);
    if (connection.valid()) found.push_back({std::move(name), std::move(connection)});
  }
}

// Folders of other users, for root, in `place`: each named for the user, or in a folder that is.
void FindOthers(const std::string& place, const std::string& wanted, std::vector<Found>& found) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(place, error)) {
    const bool session = place == "/run/user";
    if (!session && !entry.path().filename().string().starts_with("nodeward-")) continue;
    const std::string path = entry.path().string() + (session ? "/nodeward" : "");
    struct stat facts {};
    if (lstat(path.c_str(), &facts) == 0 && facts.st_uid != 0) {
      FindIn(path, facts.st_uid, wanted, found);
    }
  }
}

std::vector<Found> Find(const std::string& wanted) {
  std::vector<Found> found;
  for (const std::string& folder : RuntimeFolders(geteuid())) {
    FindIn(folder, geteuid(), wanted, found);
  }
  if (found.empty() && geteuid() == 0) {
    FindOthers("/run/user", wanted, found);
    FindOthers("/dev/shm", wanted, found);
  }
  std::ranges::sort(found, {}, &Found::name);
  return found;
}

std::string Ask(const Found& supervisor, std::string question) {
  question += '\n';
  const int fd = supervisor.connection.get();
  std::string answer;
  if (send(fd, question.data(), question.size(), MSG_NOSIGNAL) < 0) return answer;
  std::array<char, 4096> buffer{};
  while (answer.size() < kLongestAnswer) {
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
    if (size <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return answer;
}

// Whoever answers, nothing of it acts on the terminal.
void Print(const std::string& answer) {
  for (std::size_t at = 0; at < answer.size();) {
    const std::size_t end = std::min(answer.find('\n', at), answer.size());
    std::printf("%s\n", EscapeForTerminal(std::string_view(answer).substr(at, end - at)).c_str());
    at = end + 1;
  }
}

}  // namespace

Result<std::string> AskSupervisor(const std::string& name, const std::string& question) {
  if (!name.empty() && !IsSupervisorName(name)) {
    return Fail("\"" + name + "\" is no supervisor's name");
  }
  const std::vector<Found> found = Find(name);
  if (found.empty()) {
    return Fail(name.empty() ? "no supervisor of this user runs here"
                             : "no supervisor called \"" + name + "\" runs here");
  }
  if (found.size() > 1) {
    std::vector<std::string> names;
    for (const Found& one : found) names.push_back(one.name);
    return Fail("several supervisors run here: " + JoinWords(names), {},
                "nodeward status " + names.front());
  }
  std::string answer = Ask(found.front(), question);
  if (answer.empty()) return Fail("the supervisor \"" + found.front().name + "\" does not answer");
  return answer;
}

int StatusCommand(const StatusOptions& options) {
  const auto answer =
      AskSupervisor(options.name, options.healthy ? "healthy" : (options.json ? "json" : "text"));
  if (!answer) {
    PrintErrors({answer.error()});
    return kNotHealthy;
  }
  Print(*answer);
  return !options.healthy || *answer == "healthy\n" ? 0 : kNotHealthy;
}

}  // namespace nodeward
