#include "launch/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "launch/keeper_process.h"

namespace nodeward {

Result<Keeper> Keeper::Start(Arena& arena, const std::vector<std::string>& leavings,
                             const std::vector<int>& withheld) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return Fail("cannot make the keeper's socket: " + DescribeErrno(errno));
  }
  UniqueFd own(pair[0]);
  UniqueFd theirs(pair[1]);
  const pid_t pid = fork();
  if (pid < 0) return Fail("cannot fork the keeper: " + DescribeErrno(errno));
  if (pid == 0) {
    own.reset();
    for (const int fd : withheld) close(fd);
    RunKeeper(theirs.get(), arena.program(), leavings);
  }
  return Keeper(pid, std::move(own), theirs.get());
}

bool Keeper::Send(KeeperRequestKind kind, int signal) {
  KeeperRequest request = {};
  request.kind = kind;
  request.signal = signal;
  return Send(request, {});
}

bool Keeper::Launch(const std::string& cgroup_kill, const LaunchDescriptors& descriptors) {
  KeeperRequest request = {};
  request.kind = KeeperRequestKind::kLaunch;
  cgroup_kill.copy(request.cgroup_kill, sizeof(request.cgroup_kill) - 1);
  std::vector<int> fds;
  request.ruleset = descriptors.ruleset >= 0;
  if (request.ruleset) fds.push_back(descriptors.ruleset);
  request.updates = descriptors.updates >= 0;
  if (request.updates) fds.push_back(descriptors.updates);
  return Send(request, fds);
}

bool Keeper::Send(const KeeperRequest& request, const std::vector<int>& fds) {
  KeeperRequest copy = request;
  iovec part{&copy, sizeof(copy)};
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char space[CMSG_SPACE(kMaxCarried * sizeof(int))] = {};
  if (const std::size_t size = fds.size() * sizeof(int); size > 0) {
    header.msg_control = space;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(entry), fds.data(), size);
  }
  return sendmsg(control_.get(), &header, MSG_NOSIGNAL) == sizeof(copy);
}

std::optional<std::pair<ControlReport, UniqueFd>> Keeper::Receive() {
  ControlReport report = {};
  iovec part{&report, sizeof(report)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space;
  header.msg_controllen = sizeof(space);
  const ssize_t size = recvmsg(control_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size != sizeof(report)) return std::nullopt;
  UniqueFd fd;
  if (const cmsghdr* entry = CMSG_FIRSTHDR(&header);
      entry != nullptr && entry->cmsg_type == SCM_RIGHTS) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(entry), sizeof(number));
    fd.reset(number);
  }
  return std::pair(report, std::move(fd));
}

bool Keeper::Gone() const {
  char byte = 0;
  return recv(control_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

std::optional<std::pair<ControlReport, UniqueFd>> Keeper::Await(int timeout_ms) {
  pollfd poll_control{control_.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&poll_control, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return std::nullopt;
  return Receive();
}

void Keeper::Finish() {
  control_.reset();
  if (pid_ <= 0) return;
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

}  // namespace nodeward
