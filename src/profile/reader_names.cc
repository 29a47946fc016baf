// The half of reader.h that reads names: accounts, paths, environment, capabilities, calls, sinks.
#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include "base/text.h"
#include "profile/names.h"
#include "profile/reader.h"
#include "profile/syscall_groups.h"

namespace nodeward {
namespace {

constexpr std::uint64_t kLastId = 4294967294;  // 2^32 - 1 means "no change" to setresuid(2)
constexpr std::size_t kLongestName = 255;

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "CAP_NET_RAW" -> "net_raw".
std::string PlainCapability(std::string_view text) {
  std::string name;
  for (const char c : text) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return name.starts_with("cap_") ? name.substr(4) : name;
}

bool Contains(std::span<const std::string_view> list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::nullopt_t UnknownGroup(Reader& reader, const Node& node, const std::string& text) {
  std::vector<std::string_view> known;
  std::vector<std::string> all;
  for (const SyscallGroup& group : SyscallGroups()) {
    known.push_back(group.name);
    all.push_back("@" + std::string(group.name));
  }
  const std::string_view near = Nearest(text.substr(1), known);
  reader.Complain(node.where,
                  std::string(reader.key().path) + ": there is no group " + Quoted(text),
                  near.empty() ? "one of " + JoinWords(all) : Quoted("@" + std::string(near)));
  return std::nullopt;
}

std::optional<std::string> ReadCall(Reader& reader, const Node& node) {
  auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (text->starts_with('@')) {
    if (FindSyscallGroup(std::string_view(*text).substr(1)) == nullptr) {
      return UnknownGroup(reader, node, *text);
    }
    return text;
  }
  if (text->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
    return reader.Wrong(node, Quoted(*text) + " is not the name of a system call or @group");
  }
  return text;
}

}  // namespace

std::optional<std::string> ReadAccount(Reader& reader, const Node& node) {
  std::string name;
  if (node.kind == Node::Kind::kInteger) {
    name = std::to_string(node.integer);
  } else if (const auto text = reader.PlainText(node)) {
    name = *text;
  } else {
    return std::nullopt;
  }
  if (name.find_first_of(":/, ") != std::string::npos || name[0] == '-' ||
      name.size() > kLongestName) {
    return reader.Wrong(node, Quoted(name) + " is neither a name nor a number");
  }
  if (name.find_first_not_of("0123456789") == std::string::npos) {
    const auto number = ParseCount(name);
    if (!number || *number > kLastId) return reader.Wrong(node, Quoted(name) + " is too large");
    name = std::to_string(*number);
  }
  // Names that mean 0 elsewhere too are found when the user files are read.
  if (name == "root" || name == "0") {
    return reader.Wrong(node, "the application must not run as root, nor in its group");
  }
  return name;
}

std::optional<std::string> ReadAbsolutePath(Reader& reader, const Node& node) {
  auto text = reader.PlainText(node);
  if (!text || text->starts_with('/')) return text;
  return reader.Wrong(node, Quoted(*text) + " is not an absolute path");
}

std::optional<std::string> ReadSupervisorName(Reader& reader, const Node& node) {
  auto text = reader.PlainText(node);
  if (!text || IsSupervisorName(*text)) return text;
  return reader.Wrong(node, Quoted(*text) + " is not a name of at most " +
                                std::to_string(kLongestSupervisorName) +
                                " letters, digits and ._- that begins with a letter or digit");
}

std::optional<std::string> ReadDescriptor(Reader& reader, const Node& node) {
  if (node.kind != Node::Kind::kInteger) return reader.WrongKind(node, "a descriptor's number");
  // 0, 1 and 2 always reach it.
  if (node.integer < 3 || node.integer > 1023) {
    return reader.Wrong(node, std::to_string(node.integer) + " is not between 3 and 1023");
  }
  return std::to_string(node.integer);
}

std::optional<std::string> ReadWorkdir(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (!text->starts_with('/'))
    return reader.Wrong(node, Quoted(*text) + " is not an absolute path");
  // A descriptor or another process's folder, reached through /proc, is no place to start in.
  const std::string normal = std::filesystem::path(*text).lexically_normal().string();
  for (const std::string_view magic : {"/proc", "/dev/fd"}) {
    if (normal == magic || normal.starts_with(std::string(magic) + "/")) {
      return reader.Wrong(node, Quoted(*text) + " lies in " + std::string(magic));
    }
  }
  return text;
}

std::optional<std::string> ReadFilePath(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (text->ends_with('/')) return reader.Wrong(node, Quoted(*text) + " is a folder");
  return (std::filesystem::path(reader.source().directory) / *text).lexically_normal().string();
}

std::optional<std::string> ReadPathRule(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (*text == "@node" || *text == "@node-child" || *text == "@app") return text;
  if (text->starts_with('@')) {
    return reader.Wrong(node, Quoted(*text) + " is none of @node, @node-child and @app");
  }
  const bool optional = text->starts_with('?');
  const std::string path = text->substr(optional ? 1 : 0);
  if (!path.starts_with('/')) return reader.Wrong(node, Quoted(*text) + " is not an absolute path");
  const std::size_t star = path.find('*');
  if (star != std::string::npos && (star + 1 != path.size() || path[star - 1] != '/')) {
    return reader.Wrong(node, Quoted(*text) + " has a * that is not its whole last part",
                        "[\"" + path.substr(0, path.rfind('/', star) + 1) + "*\"]");
  }
  for (const auto& part : std::filesystem::path(path)) {
    if (part == "..") return reader.Wrong(node, Quoted(*text) + " goes up with \"..\"");
  }
  if (path.size() >= 4096) return reader.Wrong(node, "a path has at most 4095 bytes");
  return text;
}

std::optional<std::string> ReadPeer(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (text->find(' ') != std::string::npos && !text->starts_with("unix:")) {
    return reader.Wrong(node, Quoted(*text) + " has a space");
  }
  if (text->find("://") != std::string::npos) {
    return reader.Wrong(node, Quoted(*text) + " is a URL: a rule has a host and a port",
                        "[\"api.example.com:443\"]");
  }
  return text;
}

std::optional<std::string> ReadListen(Reader& reader, const Node& node) {
  if (node.kind != Node::Kind::kInteger) {
    if (node.kind != Node::Kind::kString && node.typed.empty()) {
      return reader.WrongKind(node, "a port's number or a string");
    }
    const auto text = reader.PlainText(node);
    if (!text || text->find(' ') == std::string::npos || text->starts_with("unix:")) return text;
    return reader.Wrong(node, Quoted(*text) + " has a space");
  }
  if (node.integer < 1 || node.integer > 65535) {
    return reader.Wrong(node, std::to_string(node.integer) + " is not between 1 and 65535");
  }
  return std::to_string(node.integer);
}

std::optional<std::string> ReadPattern(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  const std::size_t star = text->find('*');
  if (star != std::string::npos && star + 1 != text->size()) {
    return reader.Wrong(node, Quoted(*text) + " has a * that is not at its end",
                        "[\"" + text->substr(0, star + 1) + "\"]");
  }
  if (text->find_first_of("= ") != std::string::npos) {
    return reader.Wrong(node, Quoted(*text) + " is not a variable's name or PREFIX*");
  }
  return text;
}

// Handed over as one list, which colons divide.
std::optional<std::string> ReadScriptPath(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (text->find(':') != std::string::npos)
    return reader.Wrong(node, Quoted(*text) + " has a colon");
  return text;
}

std::optional<std::string> ReadEnvironmentName(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (!IsEnvironmentName(*text)) {
    return reader.Wrong(node, Quoted(*text) + " is not a variable's name");
  }
  return text;
}

std::optional<std::string> ReadCapability(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  const auto known = CapabilityNames();
  if (std::find(known.begin(), known.end(), *text) != known.end()) return text;
  const std::string plain = PlainCapability(*text);
  const std::string_view near = Nearest(plain, known);
  const bool exact = std::find(known.begin(), known.end(), plain) != known.end();
  const std::string meant(exact ? std::string_view(plain) : near);
  return reader.Wrong(node, Quoted(*text) + " is not a capability's name",
                      meant.empty() ? std::string() : "[\"" + meant + "\"]");
}

std::optional<std::string> ReadAllowedCall(Reader& reader, const Node& node) {
  return ReadCall(reader, node);
}

std::optional<std::string> ReadDeniedCall(Reader& reader, const Node& node) {
  auto text = ReadCall(reader, node);
  if (!text) return std::nullopt;
  if (!text->starts_with('@')) {
    if (!Contains(LaunchCalls(), *text)) return text;
    return reader.Wrong(node, Quoted(*text) + " is needed to start and end any program");
  }
  const SyscallGroup* group = FindSyscallGroup(std::string_view(*text).substr(1));
  for (const std::string_view call : group->calls) {
    if (Contains(LaunchCalls(), call)) {
      return reader.Wrong(node, Quoted(*text) + " holds \"" + std::string(call) +
                                    "\", which is needed to start and end any program");
    }
  }
  return text;
}

std::optional<std::string> ReadSink(Reader& reader, const Node& node) {
  auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  constexpr std::array<std::string_view, 4> kSinks = {"stderr", "syslog", "journal", "file:/"};
  if (text->starts_with("file:")) {
    if (text->size() > 6 && (*text)[5] == '/' && !text->ends_with('/')) return text;
    return reader.Wrong(node, Quoted(*text) + " needs the absolute path of a file",
                        "[\"file:/var/log/nodeward.log\"]");
  }
  if (std::find(kSinks.begin(), kSinks.end(), *text) != kSinks.end()) return text;
  const std::string_view near = Nearest(*text, kSinks);
  return reader.Wrong(
      node, Quoted(*text) + " is none of stderr, file:PATH, syslog and journal",
      near.empty() || near == "file:/" ? std::string() : "[\"" + std::string(near) + "\"]");
}

}  // namespace nodeward
