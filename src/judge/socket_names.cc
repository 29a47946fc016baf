// Connections to name servers, which are answered and not performed: what is asked there is looked
// at first.
#include <cerrno>
#include <utility>

#include "events/codes.h"
#include "judge/dns_stub.h"
#include "judge/socket_performer.h"

namespace nodeward {
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
Ruling SocketJudge::Performer::ConnectServer(const Notified& notified, Held held,
                                             const Endpoint& server) {
  if (held.facts.type == SOCK_DGRAM) {
    questions_.Put(held.facts.inode, server);
    return Ruling::Value(0);
  }
  auto listener = std::make_shared<UniqueFd>(ListenForOne());
  const auto at = OwnEndpoint(listener->get());  // nowhere, if there is none
  if (!at) return Ruling::Error(ECONNREFUSED);
  const CopiedAddress loopback = AddressFor(*at, held.facts.domain);
  const CopiedAddress target = AddressFor(server, server.address.v6 ? AF_INET6 : AF_INET);
  auto tell = notified.later();  // also after the answer, of what is asked there
  const auto serve = [this, listener, target, tell](const Endpoint& peer) {
    const UniqueFd application = AcceptFrom(listener->get(), peer);
    listener->reset();
    if (!application.valid()) return;
    ServeQuestions(application.get(), target, [&](const Result<DnsQuestion>& question) {
      const Verdict verdict = JudgeQuestion(question);
      if (!verdict.allowed) tell(RefuseQuestion(question, verdict));
      return verdict.allowed;
    });
  };
  if (held.blocking) return ConnectServerLater(notified, std::move(held), loopback, tell, serve);
  const Ruling connected = Finish(held, loopback);
  const bool begun = connected.answer == Ruling::Answer::kValue || connected.error == EINPROGRESS;
  const auto peer = OwnEndpoint(held.fd.get());
  if (!begun || !peer) return connected;
  const bool taken = workers_.Run([serve, peer] { serve(*peer); }, notified.wanted);
  return taken ? connected : Ruling::Error(EAGAIN);
}

// A socket that waits may wait for long, even here (SO_BINDTODEVICE): not in the notify thread.
Ruling SocketJudge::Performer::ConnectServerLater(
    const Notified& notified, Held held, const CopiedAddress& loopback,
    const std::function<void(Ruling)>& answer, const std::function<void(const Endpoint&)>& serve) {
  source_->Drop(held.facts.inode);
  questions_.Erase(held.facts.inode);
  const auto shared = std::make_shared<Held>(std::move(held));
  const bool taken = workers_.Run(
      [shared, loopback, answer, serve] {
        const bool done = connect(shared->fd.get(), loopback.get(), loopback.size) == 0;
        const Ruling ruling = done ? Ruling::Value(0) : Ruling::Error(errno);
        const auto peer = OwnEndpoint(shared->fd.get());
        shared->fd.reset();  // or the application's end would not be seen
        answer(ruling);
        if (done && peer) serve(*peer);
      },
      notified.wanted);
  return taken ? Ruling::Later() : Ruling::Error(EAGAIN);
}

}  // namespace nodeward
