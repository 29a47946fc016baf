#include "host/node_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>
#include <utility>

#include "host/elf.h"
#include "host/library_search.h"
#include "host/proc.h"
#include "host/system_files.h"
#include "host/trusted_path.h"

namespace nodeward {
namespace {

constexpr int kMostScripts = 4;  // a script whose interpreter is a script …: as the kernel

std::optional<std::string> RealPath(const std::string& path) {
  std::array<char, PATH_MAX> real{};
  if (realpath(path.c_str(), real.data()) == nullptr) return std::nullopt;
  return std::string(real.data());
}

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Nobody but root can put a file there: each folder on the way is root's, and only root writes it.
bool OnlyRootWrites(std::string folder) {
  while (true) {
    struct stat facts {};
    if (stat(folder.empty() ? "/" : folder.c_str(), &facts) != 0) return false;
    if (facts.st_uid != 0 || (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) return false;
    if (folder.empty()) return true;
    folder.erase(folder.rfind('/'));
  }
}

Error NotExecutable(Error error) {
  error.what = "the command cannot be executed: " + error.what;
  const bool missing = error.what.find("ENOENT") != std::string::npos || NotFound(error);
  error.exit_code = missing ? kExitNotFound : kExitNotExecutable;
  if (error.hint.empty() && missing) {
    error.hint = "the file is there: its interpreter (#! line or ld.so) is not";
  }
  return error;
}

// The first file of that name which may be executed, as execvp(3) finds it.
std::string FindAlong(std::string_view path_variable, const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  while (!path_variable.empty()) {
    const std::size_t end = std::min(path_variable.find(':'), path_variable.size());
    const std::string path = std::string(path_variable.substr(0, end)) + "/" + name;
    path_variable.remove_prefix(std::min(end + 1, path_variable.size()));
    struct stat facts {};
    if (path.starts_with('/') && stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
        (facts.st_mode & 0111) != 0) {
      return path;
    }
  }
  return {};
}

class Finder {
 public:
  explicit Finder(const NodeFilesOptions& options) : options_(options) {}

  Result<NodeFiles> Run(const std::string& command_path) {
    if (auto put = PutCommand(command_path); !put) return Fail(NotExecutable(put.error()));
    for (NodeFile& file : SystemFiles()) Put(std::move(file));
    DropCovered();
    return std::move(found_);
  }

 private:
  void Put(NodeFile file) {
    const auto held = std::ranges::find(found_.files, file.path, &NodeFile::path);
    if (held == found_.files.end()) {
      found_.files.push_back(std::move(file));
      return;
    }
    held->write |= file.write;
    held->exec |= file.exec;
  }

  // The command's file, and what it takes to execute it: interpreters down to a program.
  Result<void> PutCommand(std::string path) {
    for (int depth = 0; depth <= kMostScripts; ++depth) {
      const auto real = RealPath(path);
      if (!real) return Fail("cannot follow its path: " + DescribeErrno(errno), path);
      auto file = ReadProgramFile(*real);
      if (!file) return Fail(file.error());
      Put({.path = *real, .exec = true, .why = file->elf ? "program" : "script"});
      if (file->elf) return PutProgram(*real, *file->elf);
      if (depth == 0) found_.script = *real;
      auto next = Interpret(*file->script, *real);
      if (!next) return Fail(next.error());
      path = std::move(*next);
    }
    return Fail("its interpreter is a script in its turn, too often", path);
  }

  // Where to go on after a "#!" line; past env, whose own files are put.
  Result<std::string> Interpret(const Shebang& script, const std::string& path) {
    if (!script.interpreter.starts_with('/')) {
      return Fail("its \"#!\" line names no absolute path", path, "#!/usr/bin/env node");
    }
    if (NameOf(script.interpreter) != "env") return script.interpreter;
    const std::string name = CommandOfEnv(script.argument);
    const auto real = RealPath(script.interpreter);
    if (name.empty() || !real) {
      return Fail("its \"#!\" line names no interpreter", path, "#!/usr/bin/env node");
    }
    auto env = ReadProgramFile(*real);
    if (!env) return Fail(env.error());
    if (!env->elf) return Fail("it is a script, where env is expected", *real);
    Put({.path = *real, .exec = true, .why = "env"});
    if (auto put = PutProgram(*real, *env->elf); !put) return Fail(put.error());
    found_.through_env = true;
    std::string next = FindAlong(options_.path_variable, name);
    if (next.empty()) {
      return Fail("env would not find \"" + name + "\" in PATH (" +
                      std::string(options_.path_variable) + ")",
                  path, "nodeward run -- node " + path);
    }
    return next;
  }

  Result<void> PutProgram(const std::string& path, const ElfFile& elf) {
    found_.program = path;
    found_.static_program = elf.interpreter.empty();
    if (found_.static_program) return {};
    const auto loader = RealPath(elf.interpreter);
    if (!loader || !elf.interpreter.starts_with('/')) {
      return Fail("its loader " + elf.interpreter + " is not there", path,
                  "an interpreter that is built for this system");
    }
    auto file = ReadProgramFile(*loader);
    if (!file) return Fail(file.error());
    if (!file->elf) return Fail("it is a script, where a loader is expected", *loader);
    Put({.path = *loader, .exec = true, .why = "loader"});
    PutLibraryFolder(*loader);
    auto libraries = FindLibraries(path, elf, Libraries());
    if (!libraries) return Fail(libraries.error());
    for (const std::string& library : libraries->paths) {
      const auto real = RealPath(library);
      if (!real) continue;
      PutLibraryFolder(*real);
      Put({.path = *real, .why = "library"});
    }
    for (std::string& name : libraries->missing) {
      found_.missing_libraries.push_back(std::move(name));
    }
    return {};
  }

  const LibraryOptions& Libraries() {
    if (libraries_) return *libraries_;
    libraries_.emplace();
    libraries_->cache = ReadProcFileOrEmpty("/etc/ld.so.cache");
    libraries_->library_path = options_.library_path;
    libraries_->preload = ParsePreload(ReadProcFileOrEmpty("/etc/ld.so.preload"));
    return *libraries_;
  }

  // A native add-on brings needs of its own: it may read the system's libraries, where the C
  // library and C++'s lie. Not from a folder that anyone but root fills.
  void PutLibraryFolder(const std::string& library) {
    const std::string name = NameOf(library);
    const bool runtime = name.starts_with("libc.so") || name.starts_with("libc-") ||
                         name.starts_with("libstdc++.so") || name.starts_with("ld-musl");
    const std::string folder = library.substr(0, library.rfind('/'));
    if (!runtime || folder.empty() || !OnlyRootWrites(folder)) return;
    Put({.path = folder, .folder = true, .why = "libraries"});
  }

  // A file beneath a folder that grants as much: one rule less to make at each launch.
  void DropCovered() {
    std::vector<std::string> folders;
    for (const NodeFile& file : found_.files) {
      if (file.folder) folders.push_back(file.path + "/");
    }
    std::erase_if(found_.files, [&](const NodeFile& file) {
      if (file.write || file.exec) return false;
      return std::ranges::any_of(
          folders, [&](const std::string& folder) { return file.path.starts_with(folder); });
    });
  }

  const NodeFilesOptions& options_;
  std::optional<LibraryOptions> libraries_;
  NodeFiles found_;
};

}  // namespace

Result<NodeFiles> FindNodeFiles(const std::string& command_path, const NodeFilesOptions& options) {
  return Finder(options).Run(command_path);
}

}  // namespace nodeward
