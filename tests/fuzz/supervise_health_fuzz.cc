// Any first line as the answer to a health check: healthy is what says HTTP/1.x and 200 to 399, and
// what is told of another can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "supervise/health_probe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(reinterpret_cast<const char*>(data), size);
  const std::string why = nodeward::JudgeStatusLine(line);
  if (nodeward::EscapeForTerminal(why) != why || why.size() > 512) std::abort();
  if (size > 512) return 0;  // more is never read
  const auto digit = [&](std::size_t at) { return line[at] >= '0' && line[at] <= '9'; };
  const bool expected = size >= 12 && line.compare(0, 7, "HTTP/1.") == 0 && line[8] == ' ' &&
                        (line[9] == '2' || line[9] == '3') && digit(10) && digit(11) &&
                        (size == 12 || line[12] == ' ');
  if (why.empty() != expected) std::abort();
  return 0;
}
