// "@node" as files: what an interpreter needs of a machine to start and to work. Computed from the
// command's file and from fixed places, by reading: nothing is run and no folder is listed, since
// each launch waits for it. Called in the parent, by measures/ before a launch.
//
// Rules over these paths hold inodes: a file that is replaced while the application runs (by
// rename, as resolvconf does with /etc/resolv.conf) is a new one, which the next launch opens. So
// the folder stands for the file where a service keeps its resolver files in one of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct NodeFile {
  std::string path;  // real: absolute, without links, "." and ".."
  bool read = true;
  bool write = false;
  bool exec = false;
  bool folder = false;   // all that lies beneath, too
  std::string_view why;  // "program", "loader", "library", "names", "certificates" …
};

struct NodeFiles {
  std::vector<NodeFile> files;  // each path once; none that a folder before it grants already
  std::string program;          // real path of what runs in the end: node
  std::string script;           // the command's own file when it is a "#!" script, real; else empty
  // The script's interpreter is env, which executes `program` in its turn: a second execve, refused
  // where the application may start no program. `node SCRIPT` needs none.
  bool through_env = false;
  bool static_program = false;                 // no loader, no libraries
  std::vector<std::string> missing_libraries;  // named, but nowhere: it would not start
};

struct NodeFilesOptions {
  std::string_view path_variable;  // of the application: where env looks for the interpreter
  std::string_view library_path;   // its LD_LIBRARY_PATH, where the profile passes one
};

// `command_path`: absolute, as plan/command.h resolves it. Fails when the file, or the interpreter
// that it names, is no program of this machine; the Error's exit code is then 126.
Result<NodeFiles> FindNodeFiles(const std::string& command_path, const NodeFilesOptions& options);

}  // namespace nodeward
