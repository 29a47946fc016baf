#include "profile/syscall_groups.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "profile/document.h"
#include "profile/embedded.h"

namespace nodeward {
namespace {

struct SyscallData {
  std::vector<SyscallGroup> groups;
  std::vector<std::string> probes;
  std::vector<std::string> launch;
};

// A defect of the build, which a test holds: there is nothing to go on with.
[[noreturn]] void Malformed(std::string_view what) {
  std::fprintf(stderr, "nodeward: profiles/syscalls.toml: %.*s\n", static_cast<int>(what.size()),
               what.data());
  std::abort();
}

std::vector<std::string> Names(const Node* list, std::string_view of) {
  if (list == nullptr || list->items.empty()) Malformed(of);
  std::vector<std::string> names;
  for (const Node& item : list->items) {
    if (item.text.empty()) Malformed(of);
    names.push_back(item.text);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

SyscallData Read() {
  const auto files = EmbeddedFiles();
  const auto file = std::find_if(files.begin(), files.end(),
                                 [](const EmbeddedFile& f) { return f.name == "syscalls.toml"; });
  if (file == files.end()) Malformed("not embedded");
  const Source source{"syscalls.toml", std::string(file->contents), {}};
  const auto document = ParseDocument(source);
  if (!document) Malformed(document.error().what);

  SyscallData data;
  data.probes = Names(document->Find("probes"), "probes");
  data.launch = Names(document->Find("launch"), "launch");
  const Node* groups = document->Find("groups");
  if (groups == nullptr || groups->members.empty()) Malformed("no groups");
  for (const Member& member : groups->members) {
    const Node* purpose = member.value.Find("purpose");
    if (purpose == nullptr || purpose->text.empty()) Malformed(member.name);
    data.groups.push_back(
        {member.name, purpose->text, Names(member.value.Find("calls"), member.name)});
  }
  return data;
}

const SyscallData& Data() {
  static const SyscallData data = Read();
  return data;
}

}  // namespace

const std::vector<SyscallGroup>& SyscallGroups() { return Data().groups; }

const SyscallGroup* FindSyscallGroup(std::string_view name) {
  const auto& groups = Data().groups;
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const SyscallGroup& group) { return group.name == name; });
  return found == groups.end() ? nullptr : &*found;
}

const std::vector<std::string>& OptionalProbes() { return Data().probes; }

const std::vector<std::string>& LaunchCalls() { return Data().launch; }

}  // namespace nodeward
