// What a program's file says about how it starts: its loader, its libraries, or the interpreter of
// a script. Reads headers only, runs nothing (no ldd). The file may be the application's own, so
// that every count, offset and size in it is hostile: bounded, and checked before use.
// Parent only; allocates. Formats: elf(5), ELF gABI; scripts: execve(2), Linux' fs/binfmt_script.c.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct ElfFile {
  std::string interpreter;          // PT_INTERP, the loader; empty: a static program, or a library
  bool dynamic = false;             // has a dynamic section: a library, or a program with libraries
  std::vector<std::string> needed;  // DT_NEEDED, in the file's order: the order of loading
  std::string rpath;                // as written, parts divided by ':'; $ORIGIN still in it
  std::string runpath;              // likewise; where it is not empty the rpath does not count
  bool no_default_folders = false;  // DF_1_NODEFLIB: the system's folders are not searched
};

// "#!INTERPRETER ARGUMENT": the first line as the kernel reads it.
struct Shebang {
  std::string interpreter;  // may be relative, which the kernel takes from the working directory
  std::string argument;     // all that follows, as one; empty: none
};

// Copies up to `out.size()` bytes from `offset`; how many there were, 0 past the end or on error.
using ByteReader = std::function<std::size_t(std::uint64_t offset, std::span<char> out)>;

// Fails in words: not ELF, of another processor or word size, or not what a linker writes.
// `path` is for messages alone.
Result<ElfFile> ParseElf(const ByteReader& read, const std::string& path);

// `start`: the first 256 bytes of a file. Nothing when it is no script; the kernel refuses a name
// that does not end within them, and so it is none.
std::optional<Shebang> ParseShebang(std::string_view start);

// What `env` would start when a script begins with "#!/usr/bin/env ARGUMENT": "node", also behind
// `-S`, its options and assignments. Empty when there is none.
std::string CommandOfEnv(std::string_view argument);

// One of the two. Both empty: neither a program of this machine nor a script; then `Result` fails.
struct ProgramFile {
  std::optional<ElfFile> elf;
  std::optional<Shebang> script;
};
Result<ProgramFile> ReadProgramFile(const std::string& path);

}  // namespace nodeward
