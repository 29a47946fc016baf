// The line of a profile that would allow what was refused. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

// "[filesystem] write = ["/tmp", "/data"]": lists of a profile replace each other, so the line
// names what is there already, too.
std::string LineWith(std::string_view section, std::string_view key,
                     const std::vector<std::string>& present, const std::string& added);

}  // namespace nodeward
