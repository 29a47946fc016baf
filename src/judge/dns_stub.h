// Questions over TCP: where the application connects to a name server, it is connected to this
// instead, which reads each question, sends on what is allowed in nodeward's own words, and gives
// the answer back. One connection, in a worker's thread: everything here blocks, for a bounded
// time. RFC 1035, 4.2.2.
#pragma once

#include <sys/socket.h>

#include <functional>

#include "base/result.h"
#include "base/unique_fd.h"
#include "judge/dns_message.h"
#include "judge/socket_call.h"
#include "policy/address.h"

namespace nodeward {

// A listening socket on the loopback interface with a port that the kernel chose; invalid, with
// errno, when there is none to be had.
UniqueFd ListenForOne();

// The connection whose other end is this one; others that found the port are closed. Invalid
// when it does not come within a second.
UniqueFd AcceptFrom(int listener, const Endpoint& peer);

// Until either side ends, nothing comes for ten seconds, or a signal interrupts. `allows` is asked
// about each question (an error: what came is none); at the first that it does not allow the
// connection ends.
void ServeQuestions(int application, const CopiedAddress& server,
                    const std::function<bool(const Result<DnsQuestion>&)>& allows);

}  // namespace nodeward
