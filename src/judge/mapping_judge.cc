#include "judge/mapping_judge.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "events/codes.h"

namespace nodeward {
namespace {

// Where the caller's descriptor leads; empty when it is none, or the caller has gone.
std::string FileBehind(const Notified& notified) {
  const std::string link = "/proc/" + std::to_string(notified.tid) + "/fd/" +
                           std::to_string(static_cast<int>(notified.call.args[4]));
  std::array<char, PATH_MAX + 1> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size() - 1);
  if (size <= 0 || !notified.valid()) return {};
  return {target.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::vector<int> MappingJudge::Calls() const { return {SYS_mmap}; }

Ruling MappingJudge::Rule(const Notified& notified) {
  const std::string path = FileBehind(notified);
  if (path.empty()) return Ruling::Error(EBADF);
  for (const FileRule& rule : files_.rules()) {
    const bool own = rule.implied || rule.written == "@node";
    const bool covers = path == rule.path || (rule.folder && path.starts_with(rule.path + "/"));
    if (own && covers) return Ruling::Continue();
  }
  Ruling ruling = permissive_ ? Ruling::Continue() : Ruling::Error(EACCES);
  Refusal refusal;
  refusal.kind = "addon";
  refusal.code = codes::kAddonRefused;
  refusal.deed = "to load native code from " + path;
  refusal.target = path;
  refusal.why = "[node] addons is false";
  refusal.hint = "[node] addons = true";
  refusal.permitted = permissive_;
  ruling.refusal = std::move(refusal);
  return ruling;
}

}  // namespace nodeward
