// "@app" as folders: where the application's own files lie. Looks at the file system, changes
// nothing. Called in the parent, by measures/ before a launch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

// The script among the words of a node command: the first argument that is neither an option nor
// an option's value. Empty where node runs none: -e, -p, --run, --test, a REPL, standard input.
// Pure.
std::string_view ScriptArgument(const std::vector<std::string>& command);

struct AppPlaces {
  std::vector<std::string> folders;   // real paths, none beneath another, never "/"
  std::vector<std::string> files;     // a script whose folder is not the application's to open
  std::vector<std::string> warnings;  // for the operator; each names the line that helps
};

struct AppCommand {
  std::string workdir;               // absolute; empty: the current folder
  std::vector<std::string> command;  // as it will be executed
  std::string script;                // NodeFiles::script: the command is a script itself
  std::string program;               // NodeFiles::program: its name says whether it is node
};

// The working directory; where the script lies outside, the folder of the nearest package.json
// above it, else its own; and each node_modules folder above these, where node looks for packages
// of a workspace. A folder of the system ("/", "/etc", "/usr" …) is not opened, but warned of; a
// home is opened, and the warning names the credentials in it.
AppPlaces FindAppPlaces(const AppCommand& command);

}  // namespace nodeward
