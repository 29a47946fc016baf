#include "plan/package_script.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "base/unique_fd.h"
#include "host/elf.h"
#include "measures/environment.h"
#include "plan/script_words.h"

namespace nodeward {
namespace {

using Json = nlohmann::json;

constexpr off_t kLargestPackage = 1 << 20;
constexpr int kMostNested = 5;  // "start": "npm run serve", "serve": …
constexpr std::string_view kRunners[] = {"npm", "yarn", "pnpm"};
constexpr std::string_view kShorthands[] = {"start", "stop", "test"};
// `yarn NAME` and `pnpm NAME` that are theirs, whatever package.json has under that name.
constexpr std::string_view kOfRunner[] = {
    "add",  "audit", "config", "create",  "dlx",    "exec", "i",      "init",    "install", "link",
    "node", "pack",  "prune",  "publish", "remove", "up",   "update", "upgrade", "why"};

struct Asked {
  std::string runner;
  std::string script;
  std::vector<std::string> arguments;
  bool named = true;  // false: `yarn NAME`, which may be a command of yarn's own
};

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// What is asked of the runner; nothing where it is none, or is asked something else.
Result<std::optional<Asked>> ReadCommand(const std::vector<std::string>& words) {
  Asked asked;
  asked.runner = NameOf(words.front());
  if (std::ranges::count(kRunners, asked.runner) == 0 || words.size() < 2) return std::nullopt;
  std::size_t next = 1;
  const auto quiet = [](const std::string& word) {
    return word == "-s" || word == "--silent" || word == "-q" || word == "--quiet";
  };
  while (next < words.size() && quiet(words[next])) ++next;
  if (next == words.size()) return std::nullopt;
  const bool run = words[next] == "run" || words[next] == "run-script";
  if (run) ++next;
  while (run && next < words.size() && quiet(words[next])) ++next;
  if (next == words.size() || words[next].starts_with('-')) return std::nullopt;
  asked.script = words[next++];
  asked.named = run || std::ranges::count(kShorthands, asked.script) > 0;
  const bool of_runner = std::ranges::count(kOfRunner, asked.script) > 0;
  if (!asked.named && (asked.runner == "npm" || of_runner)) return std::nullopt;
  // npm keeps what looks like an option for itself, up to "--"; the others pass it on.
  bool own = asked.runner == "npm";
  bool dashes = asked.runner != "pnpm";  // the first "--" is the runner's
  for (; next < words.size(); ++next) {
    if (words[next] == "--" && dashes) {
      own = dashes = false;
    } else if (own && words[next].starts_with('-') && !quiet(words[next])) {
      return Fail("\"" + words[next] + "\" is an option of npm's own, which nodeward does not know",
                  {}, "npm run " + asked.script + " -- " + words[next]);
    } else if (!own || !quiet(words[next])) {
      asked.arguments.push_back(words[next]);
    }
  }
  return asked;
}

Result<std::string> ReadPackage(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) {
    if (errno == ENOENT) return Fail("there is no package.json in the working directory", path);
    return Fail("cannot read it: " + DescribeErrno(errno), path);
  }
  struct stat facts {};
  if (fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size > kLargestPackage) {
    return Fail("it is no regular file of at most 1 MiB", path);
  }
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  const ssize_t got = pread(fd.get(), text.data(), text.size(), 0);
  if (got < 0) return Fail("cannot read it: " + DescribeErrno(errno), path);
  text.resize(static_cast<std::size_t>(got));
  return text;
}

// A text of the object; empty when it is missing or of another kind.
std::string TextOf(const Json& object, const std::string& name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What to write instead of a line that needs a shell: its last command that is node's. Empty where
// that one would need the shell, too.
std::string NodePart(std::string_view line) {
  std::size_t at = line.rfind("node ");
  while (at != std::string_view::npos && at > 0 && line[at - 1] != ' ') {
    at = line.rfind("node ", at - 1);
  }
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at);
  line = line.substr(0, line.find_first_of("|&;<>"));
  line = line.substr(0, line.find_last_not_of(' ') + 1);
  return SplitScript(line) ? "nodeward run -- " + std::string(line) : std::string();
}

std::optional<std::string> RealPath(const std::string& path) {
  std::array<char, PATH_MAX> real{};
  if (realpath(path.c_str(), real.data()) == nullptr) return std::nullopt;
  return std::string(real.data());
}

class Resolver {
 public:
  explicit Resolver(std::string workdir) : workdir_(std::move(workdir)) {}

  // Nothing: a command of the runner's own, not a script.
  Result<std::optional<PackageScript>> Run(const Asked& asked) {
    told_ = asked.runner + (asked.named && !Shorthand(asked.script) ? " run " : " ") + asked.script;
    auto text = ReadPackage(Path());
    if (!text) {
      if (!asked.named) return std::nullopt;
      return Refuse(text.error());
    }
    package_ = Json::parse(*text, nullptr, false);
    // The parser's own words would quote a file that may not be the application's.
    if (!package_.is_object()) return Refuse({"it is no JSON object", Path()});
    const auto scripts = package_.find("scripts");
    if (scripts != package_.end() && scripts->is_object()) scripts_ = *scripts;
    if (!asked.named && TextOf(scripts_, asked.script).empty()) return std::nullopt;
    PackageScript script;
    script.told = told_;
    if (auto taken = Follow(asked, 0, script); !taken) return Refuse(taken.error());
    PutEnvironment(script);
    return script;
  }

 private:
  static bool Shorthand(const std::string& name) {
    return std::ranges::count(kShorthands, name) > 0;
  }
  std::string Path() const { return workdir_ + "/package.json"; }

  tl::unexpected<Error> Refuse(Error error) const {
    error.what = told_ + " cannot be resolved: " + error.what;
    if (error.where.empty()) error.where = Path();
    if (error.hint.empty()) error.hint = "nodeward run -- node server.js";
    return Fail(std::move(error));
  }

  Result<void> Follow(const Asked& asked, int depth, PackageScript& out) {
    if (depth == kMostNested) return Fail("its scripts name each other without end");
    for (const char* hook : {"pre", "post"}) {
      if (TextOf(scripts_, hook + asked.script).empty()) continue;
      return Fail("\"" + (hook + asked.script) + "\" would run beside it", {},
                  "run that when the application is built");
    }
    auto line = Line(asked);
    if (!line) return Fail(line.error());
    auto script = SplitScript(*line);
    if (!script) {
      return Fail("\"" + asked.script + "\": " + script.error().what, {}, NodePart(*line));
    }
    environment_.insert_or_assign("npm_lifecycle_event", asked.script);
    for (auto& [name, value] : script->assignments) {
      if (auto put = Assign(name, std::move(value)); !put) return put;
    }
    std::vector<std::string> words = std::move(script->words);
    words.insert(words.end(), asked.arguments.begin(), asked.arguments.end());
    auto nested = ReadCommand(words);
    if (!nested) return Fail(nested.error());
    if (*nested && ((*nested)->named || !TextOf(scripts_, (*nested)->script).empty())) {
      return Follow(**nested, depth + 1, out);
    }
    return Command(std::move(words), out);
  }

  Result<std::string> Line(const Asked& asked) const {
    std::string line = TextOf(scripts_, asked.script);
    if (!line.empty()) return line;
    // npm-start(1): without a script of that name, server.js is started.
    const bool server = asked.script == "start" && asked.runner != "yarn" &&
                        access((workdir_ + "/server.js").c_str(), F_OK) == 0;
    if (server) return std::string("node server.js");
    return Fail("it has no script \"" + asked.script + "\"");
  }

  Result<void> Assign(const std::string& name, std::string value) {
    if (IsDangerousVariable(name)) {
      const bool options = name == "NODE_OPTIONS";
      return Fail("it sets " + name + ", which is not taken from package.json", {},
                  options ? "write the options behind node: \"node " + value + " …\""
                          : "[environment] set = { " + name + " = \"…\" }");
    }
    environment_.insert_or_assign(name, std::move(value));
    return {};
  }

  // A package's own command becomes `node FILE`: its "#!" line would ask env for node.
  Result<void> Command(std::vector<std::string> words, PackageScript& out) {
    const std::string name = words.front();
    out.command = std::move(words);
    if (name == "node" || name.find('/') != std::string::npos) return {};
    const auto found = FindBin(name);
    if (!found) return {};  // along PATH, or not at all: told by whoever looks
    auto file = ReadProgramFile(*found);
    if (!file) return Fail(file.error());
    out.command.front() = *found;
    if (!file->script) return {};
    const Shebang& line = *file->script;
    const bool env = NameOf(line.interpreter) == "env";
    const bool node =
        env ? line.argument == "node" : NameOf(line.interpreter) == "node" && line.argument.empty();
    if (!node) {
      return Fail("\"" + name + "\" is not a script of node's: " + *found + " begins with \"#!" +
                      line.interpreter + " " + line.argument + "\"",
                  {}, "nodeward run -- node, and the file that " + name + " runs");
    }
    out.command.insert(out.command.begin(), "node");
    return {};
  }

  // In the working directory's node_modules/.bin, else in one above it: npm's order.
  std::optional<std::string> FindBin(const std::string& name) const {
    for (std::string folder = workdir_;; folder.erase(folder.rfind('/'))) {
      if (auto real = RealPath(folder + "/node_modules/.bin/" + name)) return real;
      if (folder.find('/') == std::string::npos) return std::nullopt;
    }
  }

  void PutEnvironment(PackageScript& script) {
    for (const char* key : {"name", "version"}) {
      std::string text = TextOf(package_, key);
      const bool plain = !text.empty() && text.find('\0') == std::string::npos;
      if (plain) environment_.insert_or_assign(std::string("npm_package_") + key, std::move(text));
    }
    script.environment.assign(environment_.begin(), environment_.end());
  }

  const std::string workdir_;
  std::string told_;
  Json package_;
  Json scripts_ = Json::object();
  std::map<std::string, std::string> environment_;
};

}  // namespace

Result<std::optional<PackageScript>> ResolvePackageScript(const std::vector<std::string>& command,
                                                          const std::string& workdir) {
  auto asked = ReadCommand(command);
  if (!asked) return Fail(asked.error());
  if (!*asked) return std::nullopt;
  std::array<char, PATH_MAX> here{};
  std::string folder = workdir;
  if (folder.empty() && getcwd(here.data(), here.size()) != nullptr) folder = here.data();
  while (folder.ends_with('/')) folder.pop_back();  // "/" itself is empty: "/package.json"
  return Resolver(std::move(folder)).Run(**asked);
}

}  // namespace nodeward
