// nodeward vault scan: secrets that lie open in an application's tree, by their shapes, by their
// names in .env files, and by a vault's own values. Places are told, never a text.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "base/unique_fd.h"
#include "cli/launch_inputs.h"
#include "cli/vault.h"
#include "cli/vault_place.h"
#include "vault/token_shapes.h"
#include "vault/value_search.h"

namespace nodeward {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 16u << 20;
constexpr std::size_t kBinaryLook = 8192;  // a NUL in so many first bytes: as git and grep have it

struct Finding {
  std::string file;
  std::size_t line = 0;
  std::string kind;  // "a GitHub token", "the vault's JWT_SECRET"
};

bool IsEnvFile(const std::string& name) {
  if (name != ".env" && !name.starts_with(".env.")) return false;
  for (const std::string_view sample : {".example", ".sample", ".template", ".dist"}) {
    if (name.ends_with(sample)) return false;
  }
  return true;
}

bool SoundsSecret(std::string_view name) {
  for (const std::string_view word : {"SECRET", "PASSWORD", "PASSWD", "TOKEN", "API_KEY", "APIKEY",
                                      "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// The name that a line of a .env file gives a value of its own, where it sounds like a secret's.
std::string_view SecretVariable(std::string_view line) {
  constexpr std::string_view kExport = "export ";
  line = Trim(line);
  if (line.starts_with(kExport)) line = Trim(line.substr(kExport.size()));
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  const std::string_view name = Trim(line.substr(0, equals));
  const std::string_view value = Trim(line.substr(equals + 1));
  const bool given = !value.empty() && value != "\"\"" && value != "''" && value[0] != '#' &&
                     value.find("${") == std::string_view::npos;
  return given && IsEnvironmentName(name) && SoundsSecret(name) ? name : std::string_view();
}

class Scan {
 public:
  Scan(std::string folder, bool all, const ValueSearch& values)
      : folder_(std::move(folder)), all_(all), values_(values), buffer_(kLargestFile) {}

  Result<void> Walk() {
    root_.reset(open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_.valid()) return Fail("cannot read the folder: " + DescribeErrno(errno), folder_);
    std::error_code error;
    fs::recursive_directory_iterator at(folder_, error);  // follows no link to a folder
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      std::error_code ignored;
      const std::string name = at->path().filename().string();
      const auto kind = at->symlink_status(ignored).type();
      if (kind == fs::file_type::directory && !all_ && (name == "node_modules" || name == ".git")) {
        at.disable_recursion_pending();
      } else if (kind == fs::file_type::directory && access(at->path().c_str(), R_OK) != 0) {
        unread.push_back(at->path().string());
        at.disable_recursion_pending();
      } else if (kind == fs::file_type::regular) {
        ScanFile(at->path().lexically_relative(folder_).string(), at->path().string(), name);
      }
    }
    if (error) return Fail("cannot walk the folder: " + error.message(), folder_);
    std::ranges::sort(findings, [](const Finding& one, const Finding& other) {
      return std::tie(one.file, one.line, one.kind) < std::tie(other.file, other.line, other.kind);
    });
    return {};
  }

  std::vector<Finding> findings;
  std::vector<std::string> unread;  // no permission, or too large

 private:
  // A link put in the file's or a folder's place meanwhile leads nowhere.
  UniqueFd Open(const std::string& relative) const {
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return UniqueFd(
        static_cast<int>(syscall(SYS_openat2, root_.get(), relative.c_str(), &how, sizeof(how))));
  }

  void ScanFile(const std::string& relative, const std::string& shown, const std::string& name) {
    const UniqueFd file = Open(relative);
    struct stat facts {};
    if (!file.valid() || fstat(file.get(), &facts) != 0 ||
        static_cast<std::size_t>(facts.st_size) > kLargestFile) {
      unread.push_back(shown);
      return;
    }
    if (!S_ISREG(facts.st_mode)) return;
    std::size_t size = 0;
    while (size < buffer_.size()) {
      const ssize_t got = read(file.get(), buffer_.data() + size, buffer_.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    const std::string_view text = buffer_.view().substr(0, size);
    if (text.substr(0, kBinaryLook).find('\0') != std::string_view::npos) return;
    ScanText(text, shown, IsEnvFile(name));
  }

  void ScanText(std::string_view text, const std::string& shown, bool env_file) {
    std::map<std::size_t, std::vector<std::string>> by_offset;
    for (const FoundToken& token : FindTokens(text)) {
      by_offset[token.at].emplace_back(token.kind);
    }
    for (const FoundValue& value : values_.Search(text)) {
      by_offset[value.at].push_back("the vault's " + value.name);
    }
    if (env_file) AddVariables(text, by_offset);
    std::size_t line = 1;
    std::size_t counted = 0;
    for (const auto& [at, kinds] : by_offset) {
      line +=
          static_cast<std::size_t>(std::ranges::count(text.substr(counted, at - counted), '\n'));
      counted = at;
      for (const std::string& kind : kinds) findings.push_back({shown, line, kind});
    }
  }

  static void AddVariables(std::string_view text,
                           std::map<std::size_t, std::vector<std::string>>& by_offset) {
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      const std::string_view name = SecretVariable(text.substr(start, end - start));
      if (!name.empty()) by_offset[start].push_back("a value of " + std::string(name));
      start = end + 1;
    }
  }

  std::string folder_;
  bool all_;
  const ValueSearch& values_;
  SecretBuffer buffer_;
  UniqueFd root_;
};

void PrintJson(const Scan& scan, const ValueSearch& values) {
  nlohmann::ordered_json json = {{"findings", nlohmann::ordered_json::array()}};
  for (const Finding& finding : scan.findings) {
    json["findings"].push_back({{"file", EscapeForTerminal(finding.file)},
                                {"line", finding.line},
                                {"kind", finding.kind}});
  }
  json["unread"] = nlohmann::ordered_json::array();
  for (const std::string& file : scan.unread) json["unread"].push_back(EscapeForTerminal(file));
  json["too_short"] = values.too_short();
  std::puts(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

void Print(const Scan& scan, const ValueSearch& values) {
  for (const Finding& finding : scan.findings) {
    std::printf("%s:%zu: %s\n", EscapeForTerminal(finding.file).c_str(), finding.line,
                finding.kind.c_str());
  }
  for (const std::string& file : scan.unread) {
    std::fprintf(stderr, "nodeward: %s: not read: no permission, or over 16 MiB\n",
                 EscapeForTerminal(file).c_str());
  }
  if (values.too_short().empty()) return;
  std::fprintf(stderr, "nodeward: not looked for, being shorter than %zu bytes: %s\n",
               ValueSearch::kShortest, JoinWords(values.too_short()).c_str());
}

Result<Secrets> ValuesOf(const VaultPlace& place) {
  const auto opened = OpenVaultAt(place);
  if (!opened) return Fail(opened.error());
  return opened->document.SecretsByName();
}

}  // namespace

tl::expected<int, Errors> VaultScan(const VaultOptions& options) {
  Secrets secrets;
  if (!options.vault.empty() || !options.profile.empty()) {
    const auto place = FindVault(options);
    if (!place) return tl::unexpected(place.error());
    auto values = ValuesOf(*place);
    if (!values) return FailWith(values.error());
    secrets = std::move(*values);
  }
  const ValueSearch values(std::move(secrets));
  Scan scan(options.folder, options.all, values);
  if (auto walked = scan.Walk(); !walked) return FailWith(walked.error());
  if (options.json) {
    PrintJson(scan, values);
  } else {
    Print(scan, values);
  }
  if (!scan.findings.empty()) return 1;
  return scan.unread.empty() ? 0 : kExitRefused;  // what was not read is not known to be clean
}

}  // namespace nodeward
