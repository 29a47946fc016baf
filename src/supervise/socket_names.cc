// Connections to name servers, which are answered and not performed: what is asked there is looked
// at first.
#include <cerrno>
#include <utility>

#include "events/codes.h"
#include "supervise/dns_stub.h"
#include "supervise/socket_performer.h"

namespace nodeward {
namespace {

CopiedAddress OwnAddress(int fd) {
  CopiedAddress own;
  own.size = sizeof(own.storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own.storage), &own.size) != 0) own.size = 0;
  return own;
}

}  // namespace

Verdict SocketJudge::Performer::JudgeQuestion(const Result<DnsQuestion>& question) {
  Verdict verdict;
  if (!question) {
    verdict.why = question.error().what;
    return verdict;
  }
  verdict = options_.policy.Ask(question->name, options_.search);
  if (verdict.allowed && options_.policy.Lists(question->name)) names_.Ask(question->name);
  return verdict;
}

Ruling SocketJudge::Performer::RefuseQuestion(const Result<DnsQuestion>& question,
                                              const Verdict& verdict) const {
  const std::string target = question ? question->name : "no question";
  return Refuse(codes::kNameRefused, EACCES, "to ask a name server for " + target, target, verdict);
}

// A datagram socket is not connected at all; a stream to somebody who reads along.
Ruling SocketJudge::Performer::ConnectServer(const Notified& notified, const Held& held,
                                             const Endpoint& server) {
  if (held.type == SOCK_DGRAM) {
    questions_.Put(held.inode, server);
    return Ruling::Value(0);
  }
  auto listener = std::make_shared<UniqueFd>(ListenForOne());
  const auto at = EndpointOf(OwnAddress(listener->get()).storage, sizeof(sockaddr_in));
  if (!listener->valid() || !at) return Ruling::Error(ECONNREFUSED);
  auto tell = notified.later();  // after the answer, of what is asked there
  const Ruling connected = Finish(held, AddressFor(*at, held.domain));
  const bool begun = connected.answer == Ruling::Answer::kValue || connected.error == EINPROGRESS;
  if (!begun) return connected;
  const CopiedAddress peer = OwnAddress(held.fd.get());
  const CopiedAddress target = AddressFor(server, server.address.v6 ? AF_INET6 : AF_INET);
  const bool taken = workers_.Run(
      [this, listener, peer, target, tell] {
        const UniqueFd application = AcceptFrom(listener->get(), peer);
        listener->reset();
        if (!application.valid()) return;
        ServeQuestions(application.get(), target, [&](const Result<DnsQuestion>& question) {
          const Verdict verdict = JudgeQuestion(question);
          if (!verdict.allowed) tell(RefuseQuestion(question, verdict));
          return verdict.allowed;
        });
      },
      notified.wanted);
  return taken ? connected : Ruling::Error(EAGAIN);
}

}  // namespace nodeward
