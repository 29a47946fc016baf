#include "decode/profile_line.h"

namespace nodeward {

std::string LineWith(std::string_view section, std::string_view key,
                     const std::vector<std::string>& present, const std::string& added) {
  std::string line = "[" + std::string(section) + "] " + std::string(key) + " = [";
  for (const std::string& entry : present) line += "\"" + entry + "\", ";
  return line + "\"" + added + "\"]";
}

}  // namespace nodeward
