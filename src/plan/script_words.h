// A line of package.json's scripts as the words of one command, for the lines that need no shell.
// Pure. The line is the application's own and may hold anything.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct ScriptWords {
  std::vector<std::pair<std::string, std::string>> assignments;  // leading NAME=value, in order
  std::vector<std::string> words;                                // the command; never empty
};

// Words, 'quotes' and "quotes" that need no expansion, leading assignments; `exec`, `cross-env` and
// a bare `env` before the command are dropped. Fails where only a shell would do, naming what asks
// for one: pipes, lists, expansions, globs, redirections, backslashes, builtins.
Result<ScriptWords> SplitScript(std::string_view line);

}  // namespace nodeward
