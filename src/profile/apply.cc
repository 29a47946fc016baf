// The walk over a document, guided by the table of keys.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "profile/keys.h"
#include "profile/reader.h"

namespace nodeward {
namespace {

// The part of `path` after `section` and before the next dot, or empty if it is not inside.
std::string_view NameInside(std::string_view path, std::string_view section) {
  if (!section.empty()) {
    if (!path.starts_with(section) || path.size() <= section.size() ||
        path[section.size()] != '.') {
      return {};
    }
    path.remove_prefix(section.size() + 1);
  }
  return path.substr(0, path.find('.'));
}

bool IsSection(std::string_view path) {
  return std::any_of(Keys().begin(), Keys().end(),
                     [&](const Key& key) { return !NameInside(key.path, path).empty(); });
}

bool HasAvailableKey(std::string_view section) {
  return std::any_of(Keys().begin(), Keys().end(), [&](const Key& key) {
    return key.set != nullptr && !NameInside(key.path, section).empty();
  });
}

std::vector<std::string_view> NamesInside(std::string_view section) {
  std::vector<std::string_view> names;
  for (const Key& key : Keys()) {
    const std::string_view name = NameInside(key.path, section);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

std::string Join(std::string_view section, std::string_view name) {
  return section.empty() ? std::string(name) : std::string(section) + "." + std::string(name);
}

// The full paths of keys that are called `name` in another section.
std::vector<std::string> Elsewhere(std::string_view name) {
  std::vector<std::string> paths;
  for (const Key& key : Keys()) {
    if (key.path.size() > name.size() && key.path.ends_with("." + std::string(name)) &&
        key.set != nullptr) {
      paths.emplace_back(key.path);
    }
  }
  return paths;
}

class Walk {
 public:
  Walk(const Source& source, Profile& profile, Errors& errors)
      : source_(source), profile_(profile), reader_(source, errors) {}

  void Section(const Node& table, const std::string& path) {
    for (const Member& member : table.members) One(member, path);
  }

 private:
  void One(const Member& member, const std::string& section) {
    const std::string path = Join(section, member.name);
    // A quoted name with a dot in it is no path.
    const bool simple = member.name.find('.') == std::string::npos;
    const Key* key = simple ? FindKey(path) : nullptr;
    if (key != nullptr && key->set != nullptr) {
      reader_.Begin(*key);
      key->set(reader_, member.value, profile_);
    } else if (key != nullptr) {
      NotAvailable(member, path);
    } else if (simple && IsSection(path)) {
      Enter(member, path);
    } else {
      Unknown(member, section);
    }
  }

  void Enter(const Member& member, const std::string& path) {
    if (member.value.kind != Node::Kind::kTable) {
      reader_.Complain(member.value.where,
                       path + ": must be a table, not " + std::string(Name(member.value.kind)),
                       "[" + path + "]");
    } else if (member.value.members.empty() && !HasAvailableKey(path)) {
      NotAvailable(member, path);
    } else {
      Section(member.value, path);
    }
  }

  void NotAvailable(const Member& member, const std::string& path) {
    reader_.Complain(member.where, "\"" + path + "\" is not available in this version",
                     Typed() ? "leave it out" : "remove it");
  }

  void Unknown(const Member& member, const std::string& section) {
    const std::string shown = Typed() ? Join(section, member.name) : member.name;
    std::string what = "unknown key \"" + shown + "\"";
    if (!section.empty() && !Typed()) what += " in [" + section + "]";
    reader_.Complain(member.where, std::move(what), Meant(member.name, section));
  }

  std::string Meant(const std::string& name, const std::string& section) const {
    const std::string_view near = Nearest(name, NamesInside(section));
    const auto elsewhere = Elsewhere(name);
    if (!near.empty()) return Typed() ? SetArgument(Join(section, near)) : std::string(near);
    if (elsewhere.size() != 1) return {};
    if (Typed()) return SetArgument(elsewhere[0]);
    return name + " below [" + elsewhere[0].substr(0, elsewhere[0].rfind('.')) + "]";
  }

  // Whether the document is a --set argument, where the whole key was typed.
  bool Typed() const { return source_.text.empty(); }

  // The argument with another key.
  std::string SetArgument(const std::string& path) const {
    return "--set " + path +
           source_.name.substr(std::min(source_.name.find('='), source_.name.size()));
  }

  const Source& source_;
  Profile& profile_;
  Reader reader_;
};

}  // namespace

void Apply(const Source& source, const Node& document, Profile& profile, Errors& errors) {
  Walk(source, profile, errors).Section(document, "");
}

}  // namespace nodeward
