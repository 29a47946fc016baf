#include "plan/script_words.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr std::size_t kLongestLine = 32 * 1024;
// Outside quotes these mean something to a shell (POSIX 2.2), or may: rather refused than guessed.
constexpr std::string_view kSyntax = "|&;<>()$`\\*?[]{}~#!";
constexpr std::string_view kSyntaxInDoubleQuotes = "$`\\";

constexpr std::string_view kBuiltins[] = {
    ".",      ":",      "alias", "bg",   "break",  "case",  "cd",    "command", "continue", "eval",
    "exit",   "export", "fg",    "for",  "if",     "jobs",  "read",  "return",  "set",      "shift",
    "source", "time",   "times", "trap", "ulimit", "umask", "unset", "until",   "wait",     "while",
};

struct Word {
  std::string text;
  std::size_t quoted = std::string::npos;  // where the first quote stood in it
};

tl::unexpected<Error> NeedsShell(const std::string& what) {
  return Fail("it needs a shell: " + what);
}

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  Result<std::vector<Word>> Run() {
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == ' ' || c == '\t') {
        End();
      } else if (c == '\'' || c == '"') {
        if (auto quote = Quote(c); !quote) return Fail(quote.error());
      } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        return NeedsShell("it has a control character");
      } else if (kSyntax.find(c) != std::string_view::npos) {
        return NeedsShell(std::string("it has \"") + c + "\"");
      } else {
        Here().text += c;
      }
    }
    End();
    return std::move(words_);
  }

 private:
  Word& Here() {
    if (!word_) word_.emplace();
    return *word_;
  }

  void End() {
    if (word_) words_.push_back(std::move(*word_));
    word_.reset();
  }

  Result<void> Quote(char quote) {
    const std::size_t end = line_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return NeedsShell("a quote has no end");
    const std::string_view text = line_.substr(at_ + 1, end - at_ - 1);
    const bool expands =
        quote == '"' && text.find_first_of(kSyntaxInDoubleQuotes) != std::string_view::npos;
    if (expands) return NeedsShell("it has an expansion within quotes");
    if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
      return NeedsShell("it has a control character");
    }
    Word& word = Here();
    word.quoted = std::min(word.quoted, word.text.size());
    word.text += text;
    at_ = end;
    return {};
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::optional<Word> word_;
  std::vector<Word> words_;
};

// Where the "=" of an assignment stands; npos: none. Quotes before it make a word of it.
std::size_t Assignment(const Word& word) {
  const std::size_t equals = word.text.find('=');
  const bool bare = equals != std::string::npos && equals < word.quoted;
  return bare && IsEnvironmentName(std::string_view(word.text).substr(0, equals))
             ? equals
             : std::string::npos;
}

}  // namespace

Result<ScriptWords> SplitScript(std::string_view line) {
  if (line.size() > kLongestLine) return NeedsShell("it is longer than 32 KiB");
  auto words = Splitter(line).Run();
  if (!words) return Fail(words.error());
  ScriptWords script;
  bool env = false;  // behind env and cross-env, a quoted name is an assignment as well
  std::size_t first = 0;
  for (; first < words->size(); ++first) {
    Word& word = (*words)[first];
    if (env) word.quoted = std::string::npos;
    const std::size_t equals = Assignment(word);
    if (equals != std::string::npos) {
      script.assignments.emplace_back(word.text.substr(0, equals), word.text.substr(equals + 1));
    } else if (word.text == "env" || word.text == "cross-env") {
      env = true;
    } else if (env || word.text != "exec") {
      break;
    }
  }
  for (; first < words->size(); ++first) script.words.push_back(std::move((*words)[first].text));
  if (script.words.empty() || script.words.front().empty()) return Fail("it names no command");
  const std::string& name = script.words.front();
  if (std::ranges::count(kBuiltins, name) > 0) {
    return NeedsShell("\"" + name + "\" is the shell's own");
  }
  if (env && name.starts_with('-')) return NeedsShell("env has options");
  return script;
}

}  // namespace nodeward
