#include "policy/file_policy.h"

#include <utility>

namespace nodeward {
namespace {

bool Covers(const FileRule& rule, std::string_view path) {
  if (path == rule.path) return true;
  if (!rule.folder) return false;
  if (rule.path == "/") return path.starts_with('/');
  return path.size() > rule.path.size() && path.starts_with(rule.path) &&
         path[rule.path.size()] == '/';
}

bool Grants(const FileRule& rule, FileAccess access) {
  switch (access) {
    case FileAccess::kRead:
      return rule.read;
    case FileAccess::kWrite:
      return rule.write;
    case FileAccess::kExec:
      return rule.exec;
    case FileAccess::kList:
      return rule.list || rule.read;
  }
  return false;
}

}  // namespace

FilePolicy::FilePolicy(std::vector<FileRule> rules) : rules_(std::move(rules)) {}

const FileRule* FilePolicy::Find(FileAccess access, std::string_view path) const {
  for (const FileRule& rule : rules_) {
    if (Grants(rule, access) && Covers(rule, path)) return &rule;
  }
  return nullptr;
}

}  // namespace nodeward
