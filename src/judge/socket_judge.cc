#include "judge/socket_judge.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "events/codes.h"
#include "judge/socket_performer.h"
#include "launch/launch.h"

namespace nodeward {
namespace {

constexpr std::size_t kMostQuestionSockets = 4096;

// "Umask:" of /proc/PID/status (Linux 4.7).
mode_t UmaskOf(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/status";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "re"), fclose);
  char line[256];
  while (file && fgets(line, sizeof(line), file.get()) != nullptr) {
    unsigned mask = 0;
    if (std::sscanf(line, "Umask:\t%o", &mask) == 1) return static_cast<mode_t>(mask);
  }
  return 0077;
}

}  // namespace

void QuestionSockets::Put(std::uint64_t inode, const Endpoint& server) {
  Erase(inode);
  if (order_.size() >= kMostQuestionSockets) Erase(order_.front());
  order_.push_back(inode);
  servers_[inode] = server;
}

void QuestionSockets::Erase(std::uint64_t inode) {
  if (servers_.erase(inode) > 0) order_.remove(inode);
}

const Endpoint* QuestionSockets::Find(std::uint64_t inode) const {
  const auto found = servers_.find(inode);
  return found == servers_.end() ? nullptr : &found->second;
}

SocketJudge::SocketJudge(SocketOptions options, NameSource& names)
    : performer_(std::make_unique<Performer>(std::move(options), names)) {}
SocketJudge::~SocketJudge() = default;

void SocketJudge::Enter(UniqueFd ruleset) { performer_->Enter(std::move(ruleset)); }

std::vector<int> SocketJudge::Calls() const {
  return {SYS_connect, SYS_bind, SYS_listen, SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_socket};
}

Ruling SocketJudge::Rule(const Notified& notified) { return performer_->Rule(notified); }
void SocketJudge::Stop() { performer_->Stop(); }

SocketJudge::Performer::Performer(SocketOptions options, NameSource& names)
    : options_(std::move(options)),
      names_(names),
      source_(options_.makes ? KeepingSource([keeper = options_.keeper] { return TreeOf(keeper); },
                                             options_.inherited)
                             : FetchingSource()),
      workers_([this] { TakeFileSystemIds(options_.identity.uid, options_.identity.gid); }) {}

void SocketJudge::Performer::Stop() { workers_.Stop(); }

Ruling SocketJudge::Performer::Rule(const Notified& notified) {
  if (options_.permissive) return Tell(notified);
  switch (notified.call.nr) {
    case SYS_connect:
      return Connect(notified);
    case SYS_bind:
      return Bind(notified);
    case SYS_listen:
      return Listen(notified);
    case SYS_sendto:
      return SendTo(notified);
    case SYS_sendmsg:
      return SendMessage(notified);
    case SYS_sendmmsg:
      return SendMany(notified);
    case SYS_socket:
      return MakeSocket(notified);
    default:
      return Ruling::Error(ENOSYS);
  }
}

std::optional<Ruling> SocketJudge::Performer::Hold(const Notified& notified, std::uint64_t fd,
                                                   Held& held) {
  Fetched fetched = source_->Fetch(notified, static_cast<int>(fd));
  if (fetched.error != 0) return Ruling::Error(fetched.error);
  held.fd = std::move(fetched.fd);
  held.facts = fetched.facts ? *fetched.facts : FactsOf(held.fd.get());
  if (held.facts.inode == 0) return Ruling::Error(ENOTSOCK);
  held.blocking = (fcntl(held.fd.get(), F_GETFL) & O_NONBLOCK) == 0;
  return std::nullopt;
}

Ruling SocketJudge::Performer::Refuse(std::string_view code, int error, std::string deed,
                                      const std::string& target, const Verdict& verdict) const {
  Ruling ruling = options_.permissive ? Ruling::Continue() : Ruling::Error(error);
  ruling.refusal = Refusal{code == codes::kNameRefused ? "name" : "network",
                           code,
                           std::move(deed),
                           target,
                           verdict.why,
                           verdict.hint,
                           options_.permissive};
  return ruling;
}

// Nothing is performed: the kernel carries out what the application asked for, as it would bare.
Ruling SocketJudge::Performer::Tell(const Notified& notified) {
  const int call = notified.call.nr;
  if (call == SYS_listen && options_.listens) options_.listens();  // most likely: nobody looks back
  if (call != SYS_connect && call != SYS_bind) return Ruling::Continue();
  const auto address = CopyAddress(notified.memory, notified.call.args[1], notified.call.args[2]);
  if (address.error != 0) return Ruling::Continue();
  const auto to = EndpointOf(address.value.storage, address.value.size);
  if (!to) return Ruling::Continue();
  const Verdict verdict = call == SYS_bind ? options_.policy.Bind(*to, Transport::kTcp)
                                           : options_.policy.Connect(*to, Transport::kTcp, names_);
  if (verdict.allowed || to->port == 0) return Ruling::Continue();
  return Refuse(call == SYS_bind ? codes::kListenRefused : codes::kConnectRefused, EACCES,
                (call == SYS_bind ? "to listen on " : "to connect to ") + ToText(*to), ToText(*to),
                verdict);
}

Stance SocketJudge::Performer::Ids() const {
  Stance standing;
  standing.identity = &options_.identity;
  standing.same_user = options_.same_user;
  return standing;
}

SocketJudge::Performer::Place SocketJudge::Performer::PlaceOf(const Notified& notified) const {
  Place place;
  const std::string process = "/proc/" + std::to_string(notified.tid);
  place.folder.reset(open((process + "/cwd").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (options_.own_root) {
    place.root.reset(open((process + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  place.standing = Ids();
  place.standing.umask = UmaskOf(notified.caller.process);
  place.standing.ruleset = ruleset_.get();
  if (!notified.valid()) return place;  // somebody else's by now: nothing of it is used
  place.standing.folder = place.folder.get();
  place.standing.root = place.root.get();
  return place;
}

}  // namespace nodeward
