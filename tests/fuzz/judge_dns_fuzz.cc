// Any bytes as a DNS query: it is refused, or what is sent instead asks the same and nothing more.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "judge/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto question = nodeward::ParseQuery({data, size});
  if (question) {
    if (question->name.empty() || question->name.size() > 253) std::abort();
    const auto sent = nodeward::Rewrite(*question);
    const auto again = nodeward::ParseQuery(sent);
    if (!again || *again != *question || nodeward::Rewrite(*again) != sent) std::abort();
    const auto framed = nodeward::FrameForTcp(sent);
    const auto first = nodeward::FirstTcpQuery(framed);
    if (!first || !*first || (*first)->size() != sent.size()) std::abort();
  }
  (void)nodeward::FirstTcpQuery({data, size});
  return 0;
}
