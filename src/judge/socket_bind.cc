// bind(2) and listen(2), performed by the supervisor.
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "events/codes.h"
#include "judge/socket_performer.h"

namespace nodeward {
namespace {

constexpr std::size_t kPathStart = offsetof(sockaddr_un, sun_path);

// The path as seen from anywhere: a relative one continues that of `folder`. ENAMETOOLONG when no
// address holds it. Abstract and missing names stay as they are.
int MakeAbsolute(int folder, CopiedAddress& address) {
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
  if (address.size <= kPathStart || un.sun_path[0] == '\0' || un.sun_path[0] == '/') return 0;
  const std::string written(un.sun_path, strnlen(un.sun_path, address.size - kPathStart));
  char path[sizeof(un.sun_path)];
  const ssize_t size =
      readlink(("/proc/self/fd/" + std::to_string(folder)).c_str(), path, sizeof(path));
  if (size <= 0) return ENOENT;
  const std::string whole = std::string(path, static_cast<std::size_t>(size)) + "/" + written;
  if (whole.size() >= sizeof(un.sun_path)) return ENAMETOOLONG;
  std::memcpy(un.sun_path, whole.c_str(), whole.size() + 1);
  address.size = static_cast<socklen_t>(kPathStart + whole.size() + 1);
  return 0;
}

// Binds where no thread can have a working directory and umask of its own. A new file takes the
// mode of the socket less the umask (unix(7)); the supervisor's may take too much, never too
// little, and what it took is given afterwards: by the application's ids, so that it is nothing
// that they may not do. Answers 0 or an errno.
int BindFromAfar(int fd, CopiedAddress address, mode_t umask, int folder) {
  if (const int error = MakeAbsolute(folder, address)) return error;
  const mode_t mode = 0777 & ~umask;
  if (fchmod(fd, mode) != 0) return errno;
  if (bind(fd, address.get(), address.size) != 0) return errno;
  const auto& un = reinterpret_cast<const sockaddr_un&>(address.storage);
  if (address.size <= kPathStart || un.sun_path[0] == '\0') return 0;
  const std::string path(un.sun_path, strnlen(un.sun_path, address.size - kPathStart));
  struct stat made {};
  if (lstat(path.c_str(), &made) == 0 && S_ISSOCK(made.st_mode) && (made.st_mode & 0777) != mode) {
    chmod(path.c_str(), mode);
  }
  return 0;
}

}  // namespace

std::optional<Endpoint> OwnEndpoint(int fd) {
  CopiedAddress own;
  own.size = sizeof(own.storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own.storage), &own.size) != 0) {
    return std::nullopt;
  }
  return EndpointOf(own.storage, own.size);
}

Ruling SocketJudge::Performer::Bind(const Notified& notified) {
  Held held;
  if (auto ended = Hold(notified, notified.call.args[0], held)) return *ended;
  const auto copied = CopyAddress(notified.memory, notified.call.args[1], notified.call.args[2]);
  if (copied.error != 0) return Ruling::Error(copied.error);
  CopiedAddress address = copied.value;
  if (held.facts.domain == AF_UNIX) return BindUnix(notified, held, address);
  if (held.facts.domain != AF_INET && held.facts.domain != AF_INET6) {
    // Netlink by its own number alone, and in no group that it would hear of.
    const bool groups =
        address.size >= 12 && reinterpret_cast<const std::uint32_t*>(&address.storage)[2] != 0;
    if (held.facts.domain != AF_NETLINK || groups) return Ruling::Error(EPERM);
    const bool done = bind(held.fd.get(), address.get(), address.size) == 0;
    return done ? Ruling::Value(0) : Ruling::Error(errno);
  }
  // bind(2) takes AF_UNSPEC with 0.0.0.0 for AF_INET.
  if (address.family() == AF_UNSPEC) return Ruling::Error(EAFNOSUPPORT);
  const auto at = EndpointOf(address.storage, address.size);
  if (!at) return Ruling::Error(address.size < sizeof(sockaddr_in) ? EINVAL : EAFNOSUPPORT);
  const Transport transport = held.facts.type == SOCK_STREAM ? Transport::kTcp : Transport::kUdp;
  const Verdict verdict = options_.policy.Bind(*at, transport);
  if (!verdict.allowed) {
    return Refuse(codes::kListenRefused, EACCES,
                  "to bind " + ToText(*at) + (held.facts.type == SOCK_STREAM ? " (TCP)" : " (UDP)"),
                  ToText(*at), verdict);
  }
  // A port that a closed socket still holds, because the supervisor does: let go first.
  if (at->port != 0) source_->Sweep();
  const bool done = bind(held.fd.get(), address.get(), address.size) == 0;
  return done ? Ruling::Value(0) : Ruling::Error(errno);
}

// In the application's place: its folder, its umask, its Landlock domain decide.
Ruling SocketJudge::Performer::BindUnix(const Notified& notified, const Held& held,
                                        const CopiedAddress& address) {
  const auto& un = reinterpret_cast<const sockaddr_un&>(address.storage);
  if (address.family() != AF_UNIX) return Ruling::Error(EINVAL);
  if (address.size > kPathStart) {  // shorter: the kernel chooses an abstract name
    const bool abstract = un.sun_path[0] == '\0';
    const std::string name(un.sun_path + (abstract ? 1 : 0),
                           address.size - kPathStart - (abstract ? 1 : 0));
    const std::string path = abstract ? "@" + name : std::string(name.c_str());
    const Verdict verdict = options_.policy.BindUnix(path);
    if (!verdict.allowed) {
      return Refuse(codes::kUnixRefused, EACCES, "to bind the UNIX socket " + path, path, verdict);
    }
  }
  const Place place = PlaceOf(notified);
  if (place.standing.folder < 0) return Ruling::Error(EACCES);  // it has gone
  int error = 0;
  int failed = RunStanding(place.standing, [&] {
    error = bind(held.fd.get(), address.get(), address.size) == 0 ? 0 : errno;
  });
  if (failed == kNoPlace && place.standing.root < 0) {
    Stance here = place.standing;
    here.folder = -1;
    failed = RunStanding(here, [&] {
      error = BindFromAfar(held.fd.get(), address, here.umask, place.standing.folder);
    });
  }
  if (failed != 0) return Ruling::Error(failed);
  return error == 0 ? Ruling::Value(0) : Ruling::Error(error);
}

Ruling SocketJudge::Performer::Listen(const Notified& notified) {
  Held held;
  if (auto ended = Hold(notified, notified.call.args[0], held)) return *ended;
  const int backlog = static_cast<int>(notified.call.args[1]);
  int error = 0;
  const auto perform = [&] { error = listen(held.fd.get(), backlog) == 0 ? 0 : errno; };
  if (held.facts.domain == AF_UNIX) {
    // Whoever connects sees the credentials of the one that listens.
    if (const int failed = RunStanding(Ids(), perform)) return Ruling::Error(failed);
  } else {
    const auto at = OwnEndpoint(held.fd.get());
    if (!at) return Ruling::Error(EOPNOTSUPP);
    // listen(2) on a socket without a port takes any: a way around bind.
    const Verdict verdict = at->port == 0
                                ? Verdict{false, "", "it was not bound to a port before", ""}
                                : options_.policy.Listen(*at);
    if (!verdict.allowed) {
      return Refuse(codes::kListenRefused, EACCES, "to listen on " + ToText(*at), ToText(*at),
                    verdict);
    }
    perform();
  }
  if (error == 0) source_->Drop(held.facts.inode);  // a server that is closed must be closed
  if (error == 0 && options_.listens) options_.listens();
  return error == 0 ? Ruling::Value(0) : Ruling::Error(error);
}

}  // namespace nodeward
