#include "host/library_search.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include "kernel/architecture.h"

namespace nodeward {
namespace {

constexpr std::size_t kMostLibraries = 512;
constexpr std::size_t kMostAttempts = 16384;
constexpr std::string_view kCacheMagic = "glibc-ld.so.cache1.1";
constexpr std::size_t kCacheHeader = 48;
constexpr std::size_t kCacheEntry = 24;  // flags, key, value, osversion: 4 bytes each; hwcap: 8

std::uint32_t Number(std::string_view text, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, text.data() + offset, sizeof(value));  // the cache is in native order
  return value;
}

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// `text` with $ORIGIN and ${ORIGIN} replaced; nothing when another token stays, or when it is
// relative, which ld.so would take from whatever the working directory is.
std::optional<std::string> Expand(std::string text, const std::string& origin) {
  for (const std::string_view token : {"${ORIGIN}", "$ORIGIN"}) {
    for (std::size_t at = 0; (at = text.find(token, at)) != std::string::npos;) {
      text.replace(at, token.size(), origin);
      at += origin.size();
      if (text.size() > 4096) return std::nullopt;
    }
  }
  if (!text.starts_with('/') || text.find('$') != std::string::npos) return std::nullopt;
  return text;
}

struct Object {
  std::string origin;
  ElfFile elf;
  std::size_t loader = 0;  // who needed it first; the program is 0, and its own
};

class Search {
 public:
  explicit Search(const LibraryOptions& options) : options_(options) {}

  Result<FoundLibraries> Run(const std::string& program, const ElfFile& elf) {
    objects_.push_back({FolderOf(program), elf, 0});
    // The loader maps itself, and answers for its own name.
    seen_.insert(elf.interpreter.substr(elf.interpreter.rfind('/') + 1));
    for (const std::string& name : options_.preload) Load(name, 0);
    for (std::size_t i = 0; i < objects_.size(); ++i) {  // Load adds to it: breadth first, as ld.so
      const std::vector<std::string> needed = objects_[i].elf.needed;
      for (const std::string& name : needed) {
        if (attempts_ > kMostAttempts || objects_.size() > kMostLibraries) {
          return Fail("its libraries are too many to look for", program);
        }
        Load(name, i);
      }
    }
    return std::move(found_);
  }

 private:
  void Load(const std::string& name, std::size_t by) {
    if (!seen_.insert(name).second) return;
    if (!Find(name, by)) found_.missing.push_back(name);
  }

  bool Find(const std::string& name, std::size_t by) {
    if (name.find('/') != std::string::npos) {
      const auto path = Expand(name, objects_[by].origin);
      return path && Take(*path, by);
    }
    if (objects_[by].elf.runpath.empty() && FindByRpath(name, by)) return true;
    if (FindAlong(options_.library_path, objects_[by].origin, name, by)) return true;
    const Object& object = objects_[by];
    if (FindAlong(std::string(object.elf.runpath), std::string(object.origin), name, by)) {
      return true;
    }
    if (objects_[by].elf.no_default_folders) return false;
    if (FindInCache(name, by)) return true;
    return std::ranges::any_of(
        defaults_, [&](const std::string& folder) { return Take(folder + "/" + name, by); });
  }

  // The rpath of who needs it, of who loaded that, and so on up to the program.
  bool FindByRpath(const std::string& name, std::size_t by) {
    for (std::size_t i = by;; i = objects_[i].loader) {
      const ElfFile& elf = objects_[i].elf;
      const std::string path = elf.runpath.empty() ? elf.rpath : std::string();
      if (FindAlong(path, std::string(objects_[i].origin), name, by)) return true;
      if (i == 0) return false;
    }
  }

  bool FindAlong(const std::string& path, const std::string& origin, const std::string& name,
                 std::size_t by) {
    for (const std::string& part : Split(path)) {
      const auto folder = Expand(part, origin);
      if (folder && Take(*folder + "/" + name, by)) return true;
    }
    return false;
  }

  // Of several builds ld.so takes the best for the processor: all may be read, one is followed.
  bool FindInCache(const std::string& name, std::size_t by) {
    bool any = false;
    for (const std::string& path : FindInLoaderCache(options_.cache, name)) {
      any = Take(path, by) || any;
    }
    return any;
  }

  // Like ld.so, goes on past a file of another processor or of none.
  bool Take(const std::string& path, std::size_t by) {
    if (++attempts_ > kMostAttempts) return false;
    auto file = ReadProgramFile(path);
    if (!file || !file->elf) return false;
    found_.paths.push_back(path);
    objects_.push_back({FolderOf(path), std::move(*file->elf), by});
    return true;
  }

  const LibraryOptions& options_;
  const std::vector<std::string> defaults_ = DefaultLibraryFolders();
  std::vector<Object> objects_;
  std::set<std::string> seen_;
  FoundLibraries found_;
  std::size_t attempts_ = 0;
};

}  // namespace

std::vector<std::string> DefaultLibraryFolders() {
  const std::string multiarch(kernel::kMultiarchName);
  // /usr/local/lib: musl's own third place; glibc has it from the cache.
  return {"/lib/" + multiarch, "/usr/lib/" + multiarch, "/lib64", "/usr/lib64", "/lib",
          "/usr/lib",          "/usr/local/lib"};
}

std::vector<std::string> FindInLoaderCache(std::string_view cache, const std::string& name) {
  std::vector<std::string> paths;
  // Until glibc 2.32 an older table came first; offsets count from the newer one.
  const std::size_t start = cache.find(kCacheMagic);
  if (start == std::string_view::npos) return paths;
  cache.remove_prefix(start);
  if (cache.size() < kCacheHeader) return paths;
  const std::size_t count = std::min<std::size_t>(Number(cache, kCacheMagic.size()),
                                                  (cache.size() - kCacheHeader) / kCacheEntry);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = kCacheHeader + i * kCacheEntry;
    const std::size_t key = Number(cache, entry + 4);
    const std::size_t value = Number(cache, entry + 8);
    if (key >= cache.size() || value >= cache.size()) continue;
    // With its NUL: c_str() ends in one.
    if (cache.substr(key, name.size() + 1) != std::string_view(name.c_str(), name.size() + 1)) {
      continue;
    }
    const std::size_t end = cache.find('\0', value);
    if (end == std::string_view::npos || cache[value] != '/') continue;
    paths.emplace_back(cache.substr(value, end - value));
  }
  return paths;
}

Result<FoundLibraries> FindLibraries(const std::string& program, const ElfFile& elf,
                                     const LibraryOptions& options) {
  return Search(options).Run(program, elf);
}

}  // namespace nodeward
