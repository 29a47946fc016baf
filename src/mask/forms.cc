#include "mask/forms.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "mask/encodings.h"

namespace nodeward {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kFewDigits = 12;    // ports, dates, seconds since 1970
constexpr std::size_t kLongestWord = 16;  // of a language

// Of eight characters and more; shorter ones are too short anyway.
constexpr std::array<std::string_view, 24> kCommonWords = {
    "127.0.0.1",    "application",  "changeme",  "database",    "debugging",     "development",
    "disabled",     "eu-central-1", "eu-west-1", "information", "internal",      "localhost",
    "notification", "password",     "postgres",  "postgresql",  "preproduction", "production",
    "rabbitmq",     "required",     "undefined", "us-east-1",   "us-west-2",     "username"};

std::string_view TrimSpace(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameLetters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

// What any program's output is full of.
bool IsCommon(std::string_view text) {
  if (text.find_first_not_of(text.front()) == std::string_view::npos) return true;
  if (text.size() < kFewDigits && text.find_first_not_of(kDigits) == std::string_view::npos) {
    return true;
  }
  return std::any_of(kCommonWords.begin(), kCommonWords.end(),
                     [&](std::string_view word) { return SameLetters(word, text); });
}

// A line of a longer value says less than the value: a heading, or a word, is no secret.
bool IsTelling(std::string_view line) {
  if (line.size() < kShortestNeedle || line.starts_with("-----") || IsCommon(line)) return false;
  return line.size() > kLongestWord || !std::all_of(line.begin(), line.end(), IsLetter);
}

class FormWriter {
 public:
  FormWriter(NeedleList& list, std::uint32_t name) : list_(list), name_(name) {}

  // As text, in one line or more.
  void AddText(std::string_view text) {
    list_.Add(text, name_);
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
      return IsLetter(c) || kDigits.find(c) != std::string_view::npos;
    });
    if (plain) return;  // every escape leaves it as it is
    AddJson(text);
    AddUrl(text);
    AddMarkup(text);
    AddShell(text);
    AddNewlines(text);
  }

  // As bytes.
  void AddBytes(std::string_view bytes) {
    for (const bool upper : {false, true}) {
      AppendHex(bytes, upper, list_.text());
      list_.Take(name_);
    }
    for (const bool url_safe : {false, true}) AddBase64(bytes, url_safe);
  }

  // The lines of a value that has several; also where they are told apart by a literal "\n", as in
  // a key inside JSON.
  void AddLines(std::string_view value) {
    if (value.find('\n') == value.npos && value.find("\\n") == value.npos) return;
    while (!value.empty()) {
      const std::size_t real = std::min(value.find('\n'), value.size());
      const std::size_t literal = std::min(value.find("\\n"), value.size());
      const std::size_t end = std::min(real, literal);
      const std::string_view line = TrimSpace(value.substr(0, end));
      if (IsTelling(line)) AddText(line);
      value.remove_prefix(std::min(value.size(), end + (literal < real ? 2 : 1)));
    }
  }

 private:
  void AddJson(std::string_view text) {
    constexpr std::array<JsonStyle, 9> kStyles = {{
        {},
        {.slash = true},
        {.ascii = true},
        {.ascii = true, .upper = true},
        {.slash = true, .ascii = true},
        {.html = true},
        {.ascii = true, .html = true},
        {.quotes = false},
        {.quotes = false, .hex_x = true, .upper = true},
    }};
    for (const JsonStyle& style : kStyles) {
      AppendJson(text, style, list_.text());
      list_.Take(name_);
    }
    // JSON within JSON: a log line of a message that was JSON already.
    list_.scratch().Truncate(0);
    AppendJson(text, {}, list_.scratch());
    if (list_.scratch().view() == text) return;
    AppendJson(list_.scratch().view(), {}, list_.text());
    list_.Take(name_);
  }

  void AddUrl(std::string_view text) {
    constexpr std::array<UrlStyle, 6> kStyles = {{
        {.kept = "-_.!~*'()"},             // encodeURIComponent
        {.kept = "-_.~"},                  // RFC 3986
        {.kept = "-_.!~*'();/?:@&=+$,#"},  // encodeURI
        {.kept = "-_.*", .plus = true},    // a form
        {.kept = "-_.~!$%&'()*+,"},        // the password of a URL, as new URL() writes it
        {.kept = "-_.!~*'():"},            // the same, as url.format() does
    }};
    for (UrlStyle style : kStyles) {
      for (const bool upper : {true, false}) {
        style.upper = upper;
        AppendUrl(text, style, list_.text());
        list_.Take(name_);
      }
    }
  }

  void AddMarkup(std::string_view text) {
    AppendXml(text, {}, {}, list_.text());
    list_.Take(name_);
    for (const std::string_view apostrophe : {"'", "&#39;", "&#x27;", "&apos;"}) {
      AppendXml(text, "&quot;", apostrophe, list_.text());
      list_.Take(name_);
    }
    AppendXml(text, "&#34;", "&#39;", list_.text());  // Go
    list_.Take(name_);
  }

  void AddShell(std::string_view text) {
    for (const std::string_view quote : {"'\\''", "'\"'\"'", "\\'"}) {
      AppendReplaced(text, "'", quote, list_.text());
      list_.Take(name_);
    }
    AppendBackslashed(text, "\"\\$`", list_.text());
    list_.Take(name_);
  }

  // A terminal or a protocol makes CR LF of a newline.
  void AddNewlines(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return;
    list_.scratch().Truncate(0);
    AppendReplaced(text, "\r\n", "\n", list_.scratch());
    list_.Add(list_.scratch().view(), name_);
    for (const std::string_view newline : {"\r\n", "\\n", "\\r\\n"}) {
      AppendReplaced(list_.scratch().view(), "\n", newline, list_.text());
      list_.Take(name_);
    }
  }

  // Base64 of a text in which the secret stands `before` bytes behind a multiple of three. What a
  // neighbour has a share in is left out, but for the end of a text that ends with the secret.
  void AddBase64(std::string_view bytes, bool url_safe) {
    for (const std::size_t skip : {0U, 2U, 1U}) {
      const std::string_view own = bytes.substr(skip);
      for (const std::size_t rest : {own.size() % 3, std::size_t{0}}) {
        AppendBase64(own.substr(0, own.size() - rest), url_safe, list_.text());
        list_.Take(name_);
      }
    }
  }

  NeedleList& list_;
  std::uint32_t name_;
};

// The password of "scheme://user:password@host", or empty.
std::string_view PasswordOfUrl(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = value.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon >= at) return {};
  return authority.substr(colon + 1, at - colon - 1);
}

// Why a text is not looked for, or empty.
std::string Unfit(std::string_view text) {
  if (text.size() < kShortestNeedle) {
    return "is shorter than " + std::to_string(kShortestNeedle) + " bytes";
  }
  return IsCommon(text) ? "is too common a word" : std::string();
}

}  // namespace

std::string AddForms(std::string_view name, std::string_view value, NeedleList& list) {
  const std::string_view text = TrimSpace(value);
  if (text.empty()) return {};
  const std::string who = "the secret \"" + std::string(name) + "\" ";
  constexpr const char* kNotMasked = ": it is not masked in what the application prints";
  if (std::string why = Unfit(text); !why.empty()) return who + why + kNotMasked;
  FormWriter writer(list, list.Name(name));
  const auto add_all = [&](std::string_view one) {
    writer.AddText(one);
    writer.AddBytes(one);
    writer.AddLines(one);
  };
  add_all(text);
  if (!IsUtf8(text)) {
    SecretText decoded;
    AppendDecodedUtf8(text, decoded);
    add_all(decoded.view());
  }
  if (text.starts_with('"') && text.ends_with('"')) {
    const std::string_view inner = text.substr(1, text.size() - 2);
    if (Unfit(inner).empty()) add_all(inner);
  }
  const std::string_view password = PasswordOfUrl(text);
  if (password.empty()) return {};
  SecretText decoded;
  AppendUrlDecoded(password, decoded);
  if (std::string why = Unfit(decoded.view()); !why.empty()) {
    return "the password in the URL of " + who + why + kNotMasked + " without the rest";
  }
  add_all(password);
  add_all(decoded.view());
  return {};
}

}  // namespace nodeward
