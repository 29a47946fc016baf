// Decides the calls that open a flow: connect, bind, listen, and what is sent to an address. Each
// is judged on the supervisor's own copy of its arguments and then performed by the supervisor, on
// the same socket: nothing that the application changes meanwhile counts. socket(2) too, where a
// socket cannot be fetched later. Lives in the notify thread; what may block goes to workers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "judge/ruling.h"
#include "judge/socket_call.h"
#include "judge/socket_source.h"
#include "judge/workers.h"
#include "measures/launch_plan.h"
#include "policy/network_policy.h"

namespace nodeward {

// The names that addresses have, and the questions that are being asked about them.
class NameSource : public KnownNames {
 public:
  // Asks anew: an address that no name holds may be a fresh answer. Whether waiting can help.
  virtual bool Refresh() = 0;
  // Blocks until the questions that were open at the call are answered, at most `milliseconds`.
  virtual void Settle(int milliseconds) = 0;
  // The application asks for it: its answers will be needed.
  virtual void Ask(const std::string& name) = 0;
};

struct SocketOptions {
  NetworkPolicy policy;
  bool permissive = false;
  bool makes = false;               // socket(2) is asked about: descriptors cannot be fetched
  std::vector<int> inherited = {};  // descriptors that nodeward and the application have
  pid_t keeper = 0;
  PlannedIdentity identity;
  bool same_user = false;  // nodeward's own: no ids to take
  bool handles = false;    // messages with sockets in them pass, where none can be fetched
  bool own_root = false;   // the application has mounts of its own
  std::vector<std::string> servers;  // name servers of this host, as addresses
  std::vector<std::string> search;   // domains that the resolver appends
  std::function<void()> listens;     // a listen(2) was performed; any thread's, may be null
};

class SocketJudge : public Judge {
 public:
  // `names` outlives this.
  SocketJudge(SocketOptions options, NameSource& names);
  ~SocketJudge() override;

  // The Landlock ruleset of the application: UNIX sockets are bound under it. Before the gate
  // opens.
  void Enter(UniqueFd ruleset);

  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;
  void Stop() override;

 private:
  class Performer;
  std::unique_ptr<Performer> performer_;
};

}  // namespace nodeward
