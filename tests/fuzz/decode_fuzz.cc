// Any call with any arguments and memory, as the notify thread decodes it: it ends, reads a bounded
// amount, and what it says is bounded text.
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "decode/decode.h"
#include "fuzz/fuzzed_memory.h"

namespace {

// A path of 4096 bytes, each written as "\xNN", in quotes; and the number of a call's arguments.
constexpr std::size_t kLongestText = 4 * 4096 + 64;
constexpr std::size_t kMostArguments = 6;
// Each argument: at most a path, and a page's rest where it begins late.
constexpr std::size_t kMostRead = kMostArguments * 2 * 4096;

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// seccomp_data, and then the memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  seccomp_data call{};
  if (size < sizeof(call)) return 0;
  std::memcpy(&call, data, sizeof(call));
  // Most numbers are no call: the lower ones are asked for more often.
  if ((call.arch & 1) == 0) call.nr &= 0x1ff;
  nodeward::FuzzedMemory memory(data + sizeof(call), size - sizeof(call));
  const nodeward::DecodedCall decoded = nodeward::DecodeCall(call, memory);
  Require(!decoded.name.empty() && decoded.args.size() <= kMostArguments);
  for (const std::string& text : decoded.args) Require(text.size() <= kLongestText);
  Require(decoded.target.size() <= kLongestText);
  Require(memory.total <= kMostRead);
  if (!nodeward::NeedsMemory(call.nr)) Require(memory.total == 0);
  return 0;
}
