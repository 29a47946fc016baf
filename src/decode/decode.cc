#include "decode/decode.h"

#include <algorithm>
#include <utility>

#include "decode/format.h"
#include "decode/table.h"

namespace nodeward {

DecodedCall DecodeCall(const seccomp_data& call, CallerMemory& memory) {
  DecodedCall decoded;
  const CallRow* row = FindCall(call.nr);
  if (row == nullptr) {
    // How many arguments it has is not known, so registers would be noise.
    decoded.name = NameOrNumber(call.nr);
    return decoded;
  }
  decoded.name = row->name;
  decoded.args.reserve(kCallArguments);
  for (int i = 0; i < kCallArguments; ++i) {
    std::string text = FormatArgument(*row, call, i, memory);
    // Hidden; an empty path is an argument like any other.
    if (text.empty() && !row->args[i].IsRead()) continue;
    if (row->IsAbout(i)) {
      if (!decoded.target.empty()) decoded.target += ' ';
      decoded.target += text;
    }
    decoded.args.push_back(std::move(text));
  }
  return decoded;
}

bool NeedsMemory(int call) {
  const CallRow* row = FindCall(call);
  return row != nullptr && std::ranges::any_of(row->args, &Arg::IsRead);
}

}  // namespace nodeward
