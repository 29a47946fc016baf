#include "measures/file_rules.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>

#include "host/trusted_path.h"
#include "measures/node_rules.h"

namespace nodeward {
namespace {

constexpr std::size_t kMostRules = 10000;

struct Grant {
  FileAccess access;
  const TextList FilesystemSection::*list;
};
constexpr Grant kGrants[] = {{FileAccess::kRead, &FilesystemSection::read},
                             {FileAccess::kWrite, &FilesystemSection::write},
                             {FileAccess::kExec, &FilesystemSection::exec},
                             {FileAccess::kList, &FilesystemSection::list}};

void Add(FileRule& rule, FileAccess access) {
  rule.list |= access == FileAccess::kList;
  rule.write |= access == FileAccess::kWrite;
  rule.exec |= access == FileAccess::kExec;
  rule.read |= access != FileAccess::kList;
}

// One rule for each path: what several entries grant on it is added up.
class Collection {
 public:
  void Put(const FileRule& rule) {
    auto [place, added] = rules_.try_emplace(rule.path, rule);
    if (added) return;
    FileRule& held = place->second;
    held.read |= rule.read;
    held.write |= rule.write;
    held.exec |= rule.exec;
    held.list |= rule.list;
    held.device |= rule.device;
    held.implied &= rule.implied;
  }
  std::size_t size() const { return rules_.size(); }
  std::vector<FileRule> Take() {
    std::vector<FileRule> rules;
    rules.reserve(rules_.size());
    for (auto& [path, rule] : rules_) rules.push_back(std::move(rule));
    return rules;
  }

 private:
  std::map<std::string, FileRule> rules_;
};

class Resolution {
 public:
  Resolution(const Profile& profile, const HostReport& host, const LaunchPlan& plan)
      : profile_(profile), plan_(plan) {
    if (host.uid != plan.identity.uid) untrusted_ = plan.identity.uid;
  }

  Result<FileRules> Run() {
    auto node = FindNodeRules(plan_);
    if (!node) return Fail(node.error());
    node_ = std::move(*node);
    for (const Grant& grant : kGrants) {
      for (const Text& entry : (profile_.filesystem.*grant.list).value_or(std::vector<Text>{})) {
        if (auto put = Put(entry, grant.access); !put) return Fail(put.error());
        if (rules_.size() > kMostRules) {
          return Fail("[filesystem] makes more than 10000 rules", entry.where.Text(),
                      "a folder instead of what lies in it");
        }
      }
    }
    // What is executed first must be readable and executable whatever the lists say.
    for (const FileRule& rule : node_.command) rules_.Put(rule);
    if (!plan_.preload.empty()) rules_.Put(PreloadRule(plan_.preload));
    FileRules found;
    found.policy = FilePolicy(rules_.Take());
    found.warnings = std::move(warnings_);
    return found;
  }

 private:
  Result<void> Put(const Text& entry, FileAccess access) {
    const std::string& text = entry.value;
    if (text == "@app") {
      PutApp(access);
      return {};
    }
    if (text.starts_with('@')) {
      if (access == FileAccess::kExec) return {};  // the command itself, in any case
      for (const FileRule& rule : node_.node) rules_.Put(rule);
      return {};
    }
    const bool optional = text.starts_with('?');
    const std::string path = text.substr(optional ? 1 : 0);
    if (path.ends_with("/*")) return PutBeneath(entry, path.substr(0, path.size() - 1), access);
    return PutPath(entry, path, access);
  }

  Result<void> PutPath(const Text& entry, const std::string& path, FileAccess access) {
    auto found = ResolveTrusted(path, untrusted_);
    if (!found) {
      if (NotFound(found.error()) && entry.value.starts_with('?')) return {};
      return Fail(Explain(entry, found.error()));
    }
    FileRule rule;
    rule.path = found->real;
    rule.folder = found->folder;
    rule.written = entry.value;
    Add(rule, access);
    rules_.Put(rule);
    return {};
  }

  static Error Explain(const Text& entry, Error error) {
    if (NotFound(error)) error.hint = "\"?" + entry.value + "\": without it where it is absent";
    error.what = "[filesystem] \"" + entry.value + "\": " + error.what;
    error.where = entry.where.Text();
    return error;
  }

  // "/srv/*": what lies in the folder when the application starts, not the folder itself.
  Result<void> PutBeneath(const Text& entry, const std::string& folder, FileAccess access) {
    auto found = ResolveTrusted(folder, untrusted_);
    if (!found) {
      if (NotFound(found.error()) && entry.value.starts_with('?')) return {};
      return Fail(Explain(entry, found.error()));
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> listed(opendir(found->real.c_str()), closedir);
    if (!listed) return Fail(Explain(entry, {"cannot list it: " + DescribeErrno(errno)}));
    while (const dirent* item = readdir(listed.get())) {
      const std::string name = item->d_name;
      if (name == "." || name == "..") continue;
      if (auto put = PutPath(entry, found->real + "/" + name, access); !put) return put;
      if (rules_.size() > kMostRules) return {};  // told by the caller
    }
    return {};
  }

  void PutApp(FileAccess access) {
    warnings_ = node_.warnings;
    for (FileRule rule : node_.app) {
      Add(rule, access);
      rules_.Put(rule);
    }
  }

  const Profile& profile_;
  const LaunchPlan& plan_;
  std::optional<uid_t> untrusted_;
  NodeRules node_;
  Collection rules_;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<FileRules> ResolveFileRules(const Profile& profile, const HostReport& host,
                                   const LaunchPlan& plan) {
  return Resolution(profile, host, plan).Run();
}

FileRule PreloadRule(const std::string& path) {
  FileRule rule;
  rule.path = path;
  rule.read = true;
  rule.implied = true;
  rule.written = "deliver";
  return rule;
}

bool AllowsExecution(const Profile& profile) {
  const auto& exec = profile.filesystem.exec;
  return exec &&
         std::ranges::any_of(*exec, [](const Text& entry) { return entry.value != "@node"; });
}

}  // namespace nodeward
