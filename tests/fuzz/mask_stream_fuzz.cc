// Whatever the needles, the text, and the places where it is cut or flushed: a stream's mask gives
// out what the naive reference does.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mask/mask.h"
#include "mask/stream_mask.h"
#include "support/naive_mask.h"

namespace {

// A list of the needles as the mask has them, forms and all.
std::vector<nodeward::NaiveNeedle> NeedlesOf(const nodeward::Mask& mask) {
  nodeward::NeedleList list;
  mask.matcher()->AddTo(list);
  std::vector<nodeward::NaiveNeedle> needles;
  for (const nodeward::Needle& needle : list.needles()) {
    needles.push_back({std::string(list.Bytes(needle)), list.names()[needle.name]});
  }
  return needles;
}

}  // namespace

// Input: three secrets, each ended by a 0xff; then the text, in which 0xff cuts and 0xfe flushes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto mask = std::make_shared<nodeward::Mask>();
  for (const std::string_view name : {"A", "B", "C"}) {
    const std::string_view value = input.substr(0, input.find('\xff'));
    input.remove_prefix(std::min(input.size(), value.size() + 1));
    const nodeward::SecretView secret{name, value};
    (void)mask->Learn({&secret, 1});
  }
  nodeward::StreamMask stream(mask);
  std::string out;
  std::string text;
  std::vector<std::size_t> flushes;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find_first_of("\xff\xfe"), input.size());
    stream.Feed(input.substr(0, end), out);
    text += input.substr(0, end);
    if (end < input.size() && input[end] == '\xfe') {
      stream.Flush(out);
      flushes.push_back(text.size());
    }
    input.remove_prefix(std::min(input.size(), end + 1));
  }
  stream.Flush(out);
  if (out != nodeward::NaiveMask(text, NeedlesOf(*mask), flushes)) std::abort();
  return 0;
}
