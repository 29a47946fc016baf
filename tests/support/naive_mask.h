// What masking means, said in the plainest way: every needle is looked for at every place. The
// judge of mask/ in unit tests and in its fuzz target.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "mask/mask.h"

namespace nodeward {

struct NaiveNeedle {
  std::string bytes;
  std::string name;
};

// `text` as one stream, of which all was given out at each of `flushes` (offsets, in order) and at
// the end: up to there only what was whole by then can be masked.
inline std::string NaiveMask(std::string_view text, const std::vector<NaiveNeedle>& needles,
                             std::vector<std::size_t> flushes) {
  struct Found {
    std::size_t begin, end;
    std::string name;
  };
  std::vector<Found> all;
  for (const NaiveNeedle& needle : needles) {
    for (std::size_t at = text.find(needle.bytes); at != std::string_view::npos;
         at = text.find(needle.bytes, at + 1)) {
      all.push_back({at, at + needle.bytes.size(), needle.name});
    }
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return std::tuple(a.begin, b.end) < std::tuple(b.begin, a.end);
  });
  std::string out;
  std::size_t given = 0;
  bool marked = false;
  std::string name;
  flushes.push_back(text.size());
  for (const std::size_t flush : flushes) {
    for (const Found& found : all) {
      if (found.end > flush || found.end <= given) continue;
      const bool joins =
          marked && (found.begin < given || (found.begin == given && found.name == name));
      if (!joins) {
        if (found.begin > given) out += text.substr(given, found.begin - given);
        AppendMark(found.name, out);
        name = found.name;
        marked = true;
      }
      given = found.end;
    }
    if (given < flush) {
      out += text.substr(given, flush - given);
      given = flush;
      marked = false;
    }
  }
  return out;
}

}  // namespace nodeward
