#include <fcntl.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "host/proc.h"

namespace nodeward {
namespace {

constexpr std::string_view kBlank = " \t";

// Cuts the text up to `separator` off the front of `rest`.
std::string_view Cut(std::string_view* rest, char separator) {
  const std::size_t end = std::min(rest->find(separator), rest->size());
  const std::string_view head = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return head;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = Trim(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(kBlank), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

// The error of every parser here. `text` came from a process: escaped, and not more than a glance.
tl::unexpected<Error> Malformed(std::string_view file, std::string_view field,
                                std::string_view text) {
  return Fail("the kernel's text is not as expected: " + std::string(field) + " is \"" +
                  EscapeForTerminal(text.substr(0, 60)) + "\"",
              "/proc/PID/" + std::string(file));
}

// The fields of /proc/PID/status by name. A name that stands there twice would let one line hide
// another, so it is refused.
class StatusFields {
 public:
  static Result<StatusFields> Parse(std::string_view text) {
    StatusFields fields;
    while (!text.empty()) {
      std::string_view line = Cut(&text, '\n');
      const std::string_view name = Cut(&line, ':');
      if (!fields.values_.emplace(name, Trim(line)).second) {
        return Malformed("status", "a field that stands there twice", name);
      }
    }
    return fields;
  }

  std::optional<std::string_view> Find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

  // A field with one number that fits T; the error names the field.
  template <class T>
  Result<void> Read(std::string_view name, int base, T* out) const {
    const auto value = ParseNumber(Find(name).value_or(""), base);
    if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
      return Malformed("status", name, Find(name).value_or("(absent)"));
    }
    *out = static_cast<T>(*value);
    return {};
  }

  Result<void> ReadIds(std::string_view name, std::vector<std::uint32_t>* out) const {
    const auto text = Find(name);
    if (!text) return Malformed("status", name, "(absent)");
    out->clear();
    for (const std::string_view word : Words(*text)) {
      const auto id = ParseNumber(word);
      if (!id || *id > UINT32_MAX) return Malformed("status", name, *text);
      out->push_back(static_cast<std::uint32_t>(*id));
    }
    return {};
  }

 private:
  std::map<std::string_view, std::string_view> values_;
};

Result<void> ReadIdentity(const StatusFields& fields, Observed* out) {
  if (auto read = fields.ReadIds("Uid", &out->uids); !read) return read;
  if (auto read = fields.ReadIds("Gid", &out->gids); !read) return read;
  if (auto read = fields.ReadIds("Groups", &out->groups); !read) return read;
  if (out->uids.size() != 4) return Malformed("status", "Uid", *fields.Find("Uid"));
  if (out->gids.size() != 4) return Malformed("status", "Gid", *fields.Find("Gid"));
  return fields.Read("Umask", 8, &out->umask);  // Linux 4.7
}

Result<void> ReadCapabilities(const StatusFields& fields, Observed* out) {
  const std::pair<std::string_view, std::uint64_t*> sets[] = {{"CapInh", &out->cap_inheritable},
                                                              {"CapPrm", &out->cap_permitted},
                                                              {"CapEff", &out->cap_effective},
                                                              {"CapBnd", &out->cap_bounding},
                                                              {"CapAmb", &out->cap_ambient}};
  for (const auto& [name, value] : sets) {
    if (auto read = fields.Read(name, 16, value); !read) return read;
  }
  return {};
}

std::optional<std::uint64_t> ParseLimit(std::string_view text) {
  return text == "unlimited" ? UINT64_MAX : ParseNumber(text);
}

}  // namespace

Result<void> ParseStatus(std::string_view text, Observed* out) {
  const auto fields = StatusFields::Parse(text);
  if (!fields) return Fail(fields.error());
  if (auto read = ReadIdentity(*fields, out); !read) return read;
  if (auto read = ReadCapabilities(*fields, out); !read) return read;
  unsigned no_new_privs = 0;
  if (auto read = fields->Read("NoNewPrivs", 10, &no_new_privs); !read) return read;  // Linux 4.10
  out->no_new_privs = no_new_privs != 0;
  if (auto read = fields->Read("Threads", 10, &out->threads); !read) return read;
  // Absent in a kernel without CONFIG_SECCOMP: then there is no filter.
  out->seccomp_mode = 0;
  out->seccomp_filters = -1;
  if (fields->Find("Seccomp")) {
    if (auto read = fields->Read("Seccomp", 10, &out->seccomp_mode); !read) return read;
  }
  if (fields->Find("Seccomp_filters")) {  // Linux 5.9
    return fields->Read("Seccomp_filters", 10, &out->seccomp_filters);
  }
  return {};
}

Result<void> ParseStat(std::string_view text, Observed* out) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return Malformed("stat", "the line", text);
  // "S PPID PGRP SESSION …"
  std::string_view rest = text.substr(name_end + 1);
  const auto words = Words(Cut(&rest, '\n'));
  pid_t* const fields[] = {&out->parent, &out->group, &out->session};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto id = i + 1 < words.size() ? ParseNumber(words[i + 1]) : std::nullopt;
    if (!id || *id > INT32_MAX) return Malformed("stat", "a process id", text.substr(name_end + 1));
    *fields[i] = static_cast<pid_t>(*id);
  }
  return {};
}

Result<void> ParseLimits(std::string_view text, Observed* out) {
  constexpr std::size_t kNameWidth = 25;  // fs/proc/base.c pads the name to it
  Cut(&text, '\n');                       // the heading
  out->limits.clear();
  while (!text.empty()) {
    const std::string_view line = Cut(&text, '\n');
    const auto values = Words(line.substr(std::min(kNameWidth, line.size())));
    const auto soft = values.size() < 2 ? std::nullopt : ParseLimit(values[0]);
    const auto hard = values.size() < 2 ? std::nullopt : ParseLimit(values[1]);
    if (!soft || !hard) return Malformed("limits", "a line", line);
    out->limits[std::string(Trim(line.substr(0, kNameWidth)))] = {*soft, *hard};
  }
  if (out->limits.empty()) return Malformed("limits", "the text", "(empty)");
  return {};
}

Result<void> ParseCgroups(std::string_view text, Observed* out) {
  out->cgroups.clear();
  while (!text.empty()) {
    std::string_view line = Cut(&text, '\n');
    const std::string_view whole = line;
    const auto hierarchy = ParseNumber(Cut(&line, ':'));
    std::string_view controllers = Cut(&line, ':');
    if (!hierarchy || !line.starts_with('/')) return Malformed("cgroup", "a line", whole);
    do {
      out->cgroups[std::string(Cut(&controllers, ','))] = std::string(line);
    } while (!controllers.empty());
  }
  return {};
}

namespace {

// mountinfo writes space, tab, newline and backslash as \\ooo.
std::string Unescape(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto code = text[0] == '\\' && text.size() >= 4 ? ParseNumber(text.substr(1, 3), 8)
                                                          : std::optional<std::uint64_t>();
    plain += code && *code < 256 ? static_cast<char>(*code) : text[0];
    text.remove_prefix(code && *code < 256 ? 4 : 1);
  }
  return plain;
}

bool HasOption(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    if (Cut(&options, ',') == wanted) return true;
  }
  return false;
}

}  // namespace

// "36 35 98:0 /root /place rw,noatime optional… - type source options"
Result<void> ParseMounts(std::string_view text, Observed* out) {
  out->mounts.clear();
  while (!text.empty()) {
    const std::string_view line = Cut(&text, '\n');
    const auto words = Words(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 9 || words.end() - dash < 3 || dash - words.begin() < 6) {
      return Malformed("mountinfo", "a line", line);
    }
    ObservedMount mount;
    mount.root = Unescape(words[3]);
    mount.place = Unescape(words[4]);
    mount.type = std::string(dash[1]);
    // Per mount; the file system's own options come last, and either makes it read-only.
    mount.read_only = HasOption(words[5], "ro") || HasOption(words.back(), "ro");
    mount.no_suid = HasOption(words[5], "nosuid");
    mount.no_dev = HasOption(words[5], "nodev");
    mount.no_exec = HasOption(words[5], "noexec");
    out->mounts.push_back(std::move(mount));
  }
  return {};
}

Result<bool> ParseCloseOnExec(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = Cut(&text, '\n');
    if (Cut(&line, ':') != "flags") continue;
    const auto flags = ParseNumber(Trim(line), 8);
    if (!flags) return Malformed("fdinfo", "flags", line);
    return (*flags & O_CLOEXEC) != 0;
  }
  return Malformed("fdinfo", "flags", "(absent)");
}

std::map<std::string, std::uint64_t> ParseMeminfo(std::string_view text) {
  std::map<std::string, std::uint64_t> sizes;
  while (!text.empty()) {
    std::string_view line = Cut(&text, '\n');
    const std::string_view name = Cut(&line, ':');
    const auto words = Words(line);
    if (words.size() != 2 || words[1] != "kB") continue;
    const auto kibibytes = ParseNumber(words[0]);
    if (kibibytes && *kibibytes <= UINT64_MAX / 1024) sizes[std::string(name)] = *kibibytes * 1024;
  }
  return sizes;
}

bool IsFullIdentityMap(std::string_view text) {
  const std::string_view line = Cut(&text, '\n');
  const auto words = Words(line);
  return text.empty() && words.size() == 3 && words[0] == "0" && words[1] == "0" &&
         words[2] == "4294967295";
}

std::vector<IdRange> ParseIdMap(std::string_view text) {
  std::vector<IdRange> ranges;
  while (!text.empty()) {
    const auto words = Words(Cut(&text, '\n'));
    const auto first = words.size() == 3 ? ParseNumber(words[0]) : std::nullopt;
    const auto count = words.size() == 3 ? ParseNumber(words[2]) : std::nullopt;
    if (!first || !count || *first > UINT32_MAX || *count > UINT32_MAX) return {};
    ranges.push_back({*first, *count});
  }
  return ranges;
}

}  // namespace nodeward
