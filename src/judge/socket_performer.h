// SocketJudge's inside, spread over socket_judge.cc (dispatch), socket_open.cc (socket),
// socket_connect.cc, socket_names.cc, socket_bind.cc and socket_send.cc. Private to them.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "judge/application_thread.h"
#include "judge/dns_message.h"
#include "judge/socket_judge.h"
#include "measures/seccomp_arguments.h"

namespace nodeward {

// The supervisor's own descriptor of the socket that a call is about.
struct Held {
  SharedFd fd;
  SocketFacts facts;
  bool blocking = false;
};

// Sockets on which a connect to a name server was answered and not performed: what is sent on them
// is a question. Bounded; the oldest goes first.
class QuestionSockets {
 public:
  void Put(std::uint64_t inode, const Endpoint& server);
  void Erase(std::uint64_t inode);
  const Endpoint* Find(std::uint64_t inode) const;

 private:
  std::unordered_map<std::uint64_t, Endpoint> servers_;
  std::list<std::uint64_t> order_;
};

// The filter's own rules for the kinds of sockets, to be asked again for what it passed on.
std::vector<ArgumentRule> KindsOfSockets();

class SocketJudge::Performer {
 public:
  Performer(SocketOptions options, NameSource& names);

  Ruling Rule(const Notified& notified);
  void Enter(UniqueFd ruleset) { ruleset_ = std::move(ruleset); }
  void Stop();
  bool makes() const { return options_.makes; }

 private:
  // ---- socket_judge.cc
  // An error ends the call: EBADF, ENOTSOCK, EACCES.
  std::optional<Ruling> Hold(const Notified& notified, std::uint64_t fd, Held& held);
  Ruling Tell(const Notified& notified);  // permissive: says what would be refused
  Ruling Refuse(std::string_view code, int error, std::string deed, const std::string& target,
                const Verdict& verdict) const;
  // Its ids, and no place: for sockets that are held by descriptor.
  Stance Ids() const;
  // Its place, too. The descriptors must outlive the use.
  struct Place {
    UniqueFd root;
    UniqueFd folder;
    Stance standing;
  };
  Place PlaceOf(const Notified& notified) const;

  // ---- socket_open.cc
  Ruling MakeSocket(const Notified& notified);

  // ---- socket_connect.cc
  Ruling Connect(const Notified& notified);
  Ruling ConnectIp(const Notified& notified, Held held, CopiedAddress address);
  Ruling ConnectUnix(const Notified& notified, Held held, const CopiedAddress& address);
  Ruling ConnectLater(const Notified& notified, Held held, const CopiedAddress& address);
  Ruling AskAndConnect(const Notified& notified, Held held, const CopiedAddress& address);
  Ruling Finish(const Held& held, const CopiedAddress& address);
  bool IsServer(const Endpoint& to) const;

  // ---- socket_names.cc
  Ruling ConnectServer(const Notified& notified, Held held, const Endpoint& server);
  Ruling ConnectServerLater(const Notified& notified, Held held, const CopiedAddress& loopback,
                            const std::function<void(Ruling)>& answer,
                            const std::function<void(const Endpoint&)>& serve);
  Verdict JudgeQuestion(const Result<DnsQuestion>& question);
  Ruling RefuseQuestion(const Result<DnsQuestion>& question, const Verdict& verdict) const;

  // ---- socket_bind.cc
  Ruling Bind(const Notified& notified);
  Ruling BindUnix(const Notified& notified, const Held& held, const CopiedAddress& address);
  Ruling Listen(const Notified& notified);

  // ---- socket_send.cc
  Ruling Unfetched(int error) const;
  Ruling SendTo(const Notified& notified);
  Ruling SendMessage(const Notified& notified);
  Ruling SendMany(const Notified& notified);
  Ruling Send(const Notified& notified, const Held& held, const CopiedMessage& message, int flags);
  struct Sending;
  Ruling Perform(const Notified& notified, const Held& held, Sending sending, int flags);
  Ruling SendIp(const Notified& notified, const Held& held, const CopiedMessage& message,
                int flags);
  Ruling SendQuestion(const Held& held, const Endpoint& server, const CopiedMessage& message,
                      int flags);
  Ruling SendUnix(const Notified& notified, const Held& held, const CopiedMessage& message,
                  int flags);
  Ruling SendNetlink(const Held& held, const CopiedMessage& message, int flags);
  // Descriptors in the message become the supervisor's own copies of them.
  int TakeHandles(const Notified& notified, std::vector<char>& control,
                  std::vector<SharedFd>& handles);

  SocketOptions options_;
  NameSource& names_;
  std::unique_ptr<SocketSource> source_;
  QuestionSockets questions_;
  UniqueFd ruleset_;
  const std::vector<ArgumentRule> kinds_ = KindsOfSockets();
  Workers workers_;
};

// Where a socket is bound, by itself or by a connect; empty when it is none of IP.
std::optional<Endpoint> OwnEndpoint(int fd);

// A UNIX socket's address by path, opened as the caller would find it: the inode is held, so that
// what is judged is what is connected. Errors are errno values.
struct FoundSocket {
  int error = 0;
  UniqueFd fd;       // O_PATH
  std::string real;  // its path; "@name" for an abstract one, whose fd is invalid
};
FoundSocket FindUnixSocket(const Notified& notified, const CopiedAddress& address);
// The address that reaches what was found.
CopiedAddress AddressOf(const FoundSocket& found, const CopiedAddress& written);

}  // namespace nodeward
