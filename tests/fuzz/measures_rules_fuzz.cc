// Any text as an entry of [filesystem], and any path through a small tree of links: the profile's
// reader ends, and a path leads where realpath(3) says that it leads.
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "host/trusted_path.h"
#include "profile/reader.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Made once: folders, files and links with short names, so that fuzzing finds them.
class Tree {
 public:
  Tree() {
    std::string name = "/tmp/nodeward-fuzz-XXXXXX";
    Require(mkdtemp(name.data()) != nullptr);
    root_ = name;
    for (const char* folder : {"/a", "/a/b", "/a/b/c", "/d"}) {
      Require(mkdir((root_ + folder).c_str(), 0755) == 0);
    }
    for (const char* file : {"/f", "/a/f", "/a/b/c/f", "/a/\xff"}) {
      Require(mknod((root_ + file).c_str(), S_IFREG | 0644, 0) == 0);
    }
    Link("a", "/l");
    Link("../d", "/a/l");
    Link(root_ + "/a/b", "/d/l");
    Link("l/../f", "/m");
    Link("n", "/n");
    Link("o/x", "/p");
    Link("p", "/o");
    Link("../../..//.", "/a/b/u");
    Link("/", "/d/r");
    Link("gone", "/g");
  }
  ~Tree() { std::filesystem::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  const std::string& root() const { return root_; }

 private:
  void Link(const std::string& target, const std::string& name) const {
    Require(symlink(target.c_str(), (root_ + name).c_str()) == 0);
  }
  std::string root_;
};

void ReadEntry(std::string_view text) {
  static const nodeward::Source kSource{"fuzz.toml", "", "/"};
  nodeward::Errors errors;
  nodeward::Reader reader(kSource, errors);
  reader.Begin(nodeward::Keys().front());
  nodeward::Node node;
  node.kind = nodeward::Node::Kind::kString;
  node.text = std::string(text);
  const auto entry = nodeward::ReadPathRule(reader, node);
  Require(entry.has_value() == errors.empty());
  if (!entry) return;
  Require(*entry == text && entry->find('\0') == std::string::npos);
  Require(entry->starts_with('@') || entry->starts_with('/') || entry->starts_with("?/"));
  Require(entry->find("/../") == std::string::npos && entry->size() <= 4096);
}

// What ResolveTrusted refuses and realpath(3) does not: links of /proc, and those of strangers.
bool IsDistrust(const nodeward::Error& error, bool strangers) {
  const auto says = [&](const char* words) { return error.what.find(words) != std::string::npos; };
  return says("link of /proc") || (strangers && says("could have planted"));
}

void Follow(const std::string& path) {
  std::array<char, PATH_MAX> real{};
  const bool there = realpath(path.c_str(), real.data()) != nullptr;
  for (const auto untrusted : {std::optional<uid_t>(), std::optional<uid_t>(54321)}) {
    const auto found = nodeward::ResolveTrusted(path, untrusted);
    if (!found) {
      Require(!there || IsDistrust(found.error(), untrusted.has_value()));
      continue;
    }
    Require(there);
    struct stat facts {};
    Require(found->real == real.data() && stat(real.data(), &facts) == 0);
    Require(found->folder == S_ISDIR(facts.st_mode));
    for (const std::string& link : found->links) {
      Require(lstat(link.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tree tree;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ReadEntry(text);
  // As long as realpath(3) can take it; a path of the kernel's ends at a NUL.
  if (size > 3000 || text.find('\0') != std::string_view::npos) return 0;
  Follow(tree.root() + "/" + std::string(text));
  return 0;
}
