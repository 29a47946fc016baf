// Which files the loader would map for a program: its libraries, and theirs, found the way ld.so
// finds them (ld.so(8)), without running anything. Every file that is named here has an ELF header
// of this machine: a hostile program whose list of libraries says "shadow" in "/etc" gets nothing.
// Parent only; opens and reads files, bounded in number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "host/elf.h"

namespace nodeward {

// Folders that the loader searches last, most specific first. Some may be missing.
std::vector<std::string> DefaultLibraryFolders();

// The paths for `name` in the text of /etc/ld.so.cache; several where builds for newer processors
// lie beside. What is malformed answers nothing. Source: glibc's sysdeps/generic/dl-cache.h.
std::vector<std::string> FindInLoaderCache(std::string_view cache, const std::string& name);

struct LibraryOptions {
  std::string cache;                 // the text of /etc/ld.so.cache; empty: none
  std::string library_path;          // LD_LIBRARY_PATH of the application; normally empty
  std::vector<std::string> preload;  // names of /etc/ld.so.preload
};

struct FoundLibraries {
  std::vector<std::string> paths;    // as found, links not resolved; each once
  std::vector<std::string> missing;  // names that no folder holds: the program would not start
};

// `program`: its real path, which $ORIGIN stands for. Fails where the file makes it search without
// end. $LIB and $PLATFORM are not expanded: such parts of a path are passed over.
Result<FoundLibraries> FindLibraries(const std::string& program, const ElfFile& elf,
                                     const LibraryOptions& options);

}  // namespace nodeward
