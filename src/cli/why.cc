#include "cli/why.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "cli/why_answer.h"
#include "cli/why_file.h"
#include "cli/why_network.h"
#include "cli/why_syscall.h"
#include "events/code_texts.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;
constexpr std::size_t kWidth = 79;

struct Kind {
  std::string_view name;
  std::string_view usage;
  Result<WhyAnswer> (*ask)(const PlanRequest&, const Words&);
};

Result<WhyAnswer> AskSyscall(const PlanRequest& request, const Words& words) {
  return WhySyscall(request.profile, request.host, words);
}

constexpr std::array kKinds = {
    Kind{"syscall", "syscall NAME [ARGUMENT…]", AskSyscall},
    Kind{"open", "open PATH [read|write]", WhyOpen},
    Kind{"exec", "exec PATH", WhyExec},
    Kind{"connect", "connect HOST:PORT [udp], or unix:PATH", WhyConnect},
    Kind{"listen", "listen PORT, or ADDRESS:PORT", WhyListen},
    Kind{"resolve", "resolve NAME", WhyResolve},
};

// Broken into lines at spaces.
void PrintParagraph(std::string_view text) {
  while (text.size() > kWidth) {
    std::size_t at = text.rfind(' ', kWidth);
    if (at == std::string_view::npos) at = text.find(' ');
    if (at == std::string_view::npos) break;
    std::printf("%.*s\n", static_cast<int>(at), text.data());
    text.remove_prefix(at + 1);
  }
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
}

void PrintCode(const CodeText& text, bool json) {
  if (json) {
    const Json all = {{"code", text.code}, {"title", text.title}, {"what", text.what},
                      {"why", text.why},   {"do", text.act},      {"line", text.line}};
    std::printf("%s\n", all.dump(2).c_str());
    return;
  }
  PrintParagraph(std::string(text.code) + ": " + std::string(text.title));
  for (const std::string_view part : {text.what, text.why, text.act}) {
    std::printf("\n");
    PrintParagraph(part);
  }
  if (text.line.empty()) return;
  std::printf("\n    %.*s\n", static_cast<int>(text.line.size()), text.line.data());
}

Json ToJson(const WhyAnswer& answer) {
  Json json = {{"question", EscapeForTerminal(answer.question)},
               {"allowed", answer.allowed},
               {"answer", EscapeForTerminal(answer.verdict)},
               {"rule", EscapeForTerminal(answer.rule)},
               {"where", EscapeForTerminal(answer.where)}};
  if (!answer.code.empty()) json["code"] = answer.code;
  if (!answer.hint.empty()) json["hint"] = EscapeForTerminal(answer.hint);
  json["notes"] = Json::array();
  for (const std::string& note : answer.notes) json["notes"].push_back(EscapeForTerminal(note));
  return json;
}

void PrintAnswer(const WhyAnswer& answer, bool json) {
  if (json) {
    std::printf("%s\n", ToJson(answer).dump(2).c_str());
    return;
  }
  std::string text = answer.question + ": " + answer.verdict;
  if (!answer.code.empty()) text += " (" + answer.code + ")";
  std::printf("%s\n", EscapeForTerminal(text).c_str());
  if (!answer.rule.empty()) {
    const std::string place = answer.where.empty() ? "" : " (" + answer.where + ")";
    std::printf("  by: %s\n", EscapeForTerminal(answer.rule + place).c_str());
  }
  for (const std::string& note : answer.notes) {
    std::printf("  %s\n", EscapeForTerminal(note).c_str());
  }
  if (!answer.hint.empty()) {
    std::printf("  to allow: %s\n", EscapeForTerminal(answer.hint).c_str());
  }
}

std::string Joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Error UnknownQuestion(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Kind& kind : kKinds) names.push_back(kind.name);
  for (const CodeText& text : CodeTexts()) names.push_back(text.code);
  const std::string_view nearest = Nearest(word, names);
  if (!nearest.empty()) {
    return {"\"" + word + "\" is neither a code nor a question",
            {},
            "nodeward why " + std::string(nearest)};
  }
  std::string hint = "a code of an event (NW201)";
  for (const Kind& kind : kKinds) hint += ", " + std::string(kind.usage);
  return {"\"" + word + "\" is neither a code nor a question", {}, hint};
}

}  // namespace

int WhyCommand(const RunOptions& options, bool json) {
  const std::string& first = options.command.front();
  if (const CodeText* text = FindCodeText(first); text != nullptr && options.command.size() == 1) {
    PrintCode(*text, json);
    return 0;
  }
  const auto* kind = std::ranges::find(kKinds, first, &Kind::name);
  if (kind == kKinds.end()) return PrintErrors({UnknownQuestion(first)});
  const auto request = MakeRequest(options);
  if (!request) return PrintErrors(request.error());
  auto answer = kind->ask(*request, Words(options.command.begin() + 1, options.command.end()));
  if (!answer) return PrintErrors({answer.error()});
  answer->question = Joined(options.command);
  PrintAnswer(*answer, json);
  std::fflush(stdout);
  return answer->allowed ? 0 : kExitNotAllowed;
}

}  // namespace nodeward
