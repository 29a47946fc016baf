#include "vault/token_shapes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace nodeward {
namespace {

constexpr std::size_t kAnyLength = 512;  // a longer run is no token but data
constexpr std::string_view kGitHub = "docs.github.com: About authentication to GitHub";
constexpr std::string_view kGitLab = "docs.gitlab.com: Token overview, prefixes";
constexpr std::string_view kSlack = "docs.slack.dev: Tokens";
constexpr std::string_view kStripe = "docs.stripe.com: API keys";

constexpr auto kShapes = std::to_array<TokenShape>({
    {"an AWS access key", "AKIA", TokenBody::kUpperAlnum, 16, 16,
     "docs.aws.amazon.com: IAM identifiers, unique ID prefixes"},
    {"an AWS temporary access key", "ASIA", TokenBody::kUpperAlnum, 16, 16,
     "docs.aws.amazon.com: IAM identifiers, unique ID prefixes"},
    {"a GitHub token", "ghp_", TokenBody::kAlnum, 36, 255, kGitHub},
    {"a GitHub token", "gho_", TokenBody::kAlnum, 36, 255, kGitHub},
    {"a GitHub token", "ghu_", TokenBody::kAlnum, 36, 255, kGitHub},
    {"a GitHub token", "ghs_", TokenBody::kAlnum, 36, 255, kGitHub},
    {"a GitHub token", "ghr_", TokenBody::kAlnum, 36, 255, kGitHub},
    {"a GitHub token", "github_pat_", TokenBody::kWord, 82, 255, kGitHub},
    {"a GitLab token", "glpat-", TokenBody::kDotted, 20, kAnyLength, kGitLab},
    {"a GitLab token", "gldt-", TokenBody::kDotted, 20, kAnyLength, kGitLab},
    {"an npm token", "npm_", TokenBody::kAlnum, 36, 36, "docs.npmjs.com: About access tokens"},
    {"a Slack token", "xoxb-", TokenBody::kWordDash, 20, kAnyLength, kSlack},
    {"a Slack token", "xoxp-", TokenBody::kWordDash, 20, kAnyLength, kSlack},
    {"a Slack token", "xoxa-", TokenBody::kWordDash, 20, kAnyLength, kSlack},
    {"a Slack token", "xoxr-", TokenBody::kWordDash, 20, kAnyLength, kSlack},
    {"a Slack token", "xoxs-", TokenBody::kWordDash, 20, kAnyLength, kSlack},
    {"a Slack token", "xapp-", TokenBody::kWordDash, 20, kAnyLength, kSlack},
    {"a Slack webhook", "https://hooks.slack.com/services/", TokenBody::kPath, 30, kAnyLength,
     "docs.slack.dev: Sending messages using incoming webhooks"},
    {"a Stripe key", "sk_live_", TokenBody::kAlnum, 24, kAnyLength, kStripe},
    {"a Stripe key", "rk_live_", TokenBody::kAlnum, 24, kAnyLength, kStripe},
    {"a Stripe webhook secret", "whsec_", TokenBody::kAlnum, 32, kAnyLength,
     "docs.stripe.com: Webhooks"},
    {"a Google API key", "AIza", TokenBody::kWordDash, 35, 35, "cloud.google.com: Use API keys"},
    {"a Google OAuth client secret", "GOCSPX-", TokenBody::kWordDash, 28, 28,
     "developers.google.com: Using OAuth 2.0"},
    {"a SendGrid key", "SG.", TokenBody::kDotted, 66, 66, "twilio.com: SendGrid API keys"},
    {"a DigitalOcean token", "dop_v1_", TokenBody::kHexLower, 64, 64,
     "docs.digitalocean.com: personal access tokens"},
    {"a Docker Hub token", "dckr_pat_", TokenBody::kWordDash, 27, 27,
     "docs.docker.com: Personal access tokens"},
    {"a Shopify token", "shpat_", TokenBody::kHexLower, 32, 32,
     "shopify.dev: Access tokens, prefixes"},
    {"an OpenAI key", "sk-proj-", TokenBody::kWordDash, 40, kAnyLength,
     "platform.openai.com: API keys"},
    {"an Anthropic key", "sk-ant-", TokenBody::kWordDash, 40, kAnyLength,
     "docs.anthropic.com: API keys"},
    {"an age secret key", "AGE-SECRET-KEY-1", TokenBody::kBech32, 58, 58, "c2sp.org/age"},
    {"an age secret key", "AGE-SECRET-KEY-PQ-1", TokenBody::kBech32, 58, kAnyLength,
     "c2sp.org/age"},
});

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsUpper(c) || (c >= 'a' && c <= 'z'); }
bool IsWord(char c) { return IsAlnum(c) || c == '_'; }
bool IsWordDash(char c) { return IsWord(c) || c == '-'; }

bool Fits(char c, TokenBody body) {
  switch (body) {
    case TokenBody::kAlnum:
      return IsAlnum(c);
    case TokenBody::kUpperAlnum:
    case TokenBody::kBech32:
      return IsUpper(c) || IsDigit(c);
    case TokenBody::kHexLower:
      return IsDigit(c) || (c >= 'a' && c <= 'f');
    case TokenBody::kWord:
      return IsWord(c);
    case TokenBody::kWordDash:
      return IsWordDash(c);
    case TokenBody::kDotted:
      return IsWordDash(c) || c == '.';
    case TokenBody::kPath:
      return IsWordDash(c) || c == '/';
  }
  return false;
}

// How many characters of a class begin the text, at most one more than `most`.
std::size_t Run(std::string_view text, TokenBody body, std::size_t most) {
  std::size_t size = 0;
  while (size < text.size() && size <= most && Fits(text[size], body)) ++size;
  return size;
}

// A token has ended where its maker's alphabet has, whatever the table's class: "ghp_…" within a
// longer word is none.
std::size_t Measure(std::string_view text, const TokenShape& shape) {
  if (!text.starts_with(shape.start)) return 0;
  const std::string_view rest = text.substr(shape.start.size());
  const std::size_t size = Run(rest, shape.body, shape.most);
  if (size < shape.least || size > shape.most) return 0;
  if (size < rest.size() && IsWord(rest[size])) return 0;
  return shape.start.size() + size;
}

// RFC 7468: "-----BEGIN RSA PRIVATE KEY-----".
std::size_t MeasurePem(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "PRIVATE KEY-----";
  constexpr std::size_t kLongestLabel = 32;
  if (!text.starts_with(kBegin)) return 0;
  const std::size_t at = text.substr(0, kBegin.size() + kLongestLabel + kEnd.size()).find(kEnd);
  if (at == std::string_view::npos) return 0;
  const std::string_view label = text.substr(kBegin.size(), at - kBegin.size());
  const bool plain =
      std::ranges::all_of(label, [](char c) { return IsUpper(c) || IsDigit(c) || c == ' '; });
  return plain ? at + kEnd.size() : 0;
}

// RFC 7519 in its compact form: two base64url objects and a signature.
std::size_t MeasureJwt(std::string_view text) {
  constexpr std::string_view kObject = "eyJ";  // {"
  constexpr std::size_t kLongestPart = 8192;
  std::size_t at = 0;
  for (const bool signature : {false, false, true}) {
    const std::string_view rest = text.substr(at);
    if (!signature && !rest.starts_with(kObject)) return 0;
    const std::size_t size = Run(rest, TokenBody::kWordDash, kLongestPart);
    if (size < 10 || size > kLongestPart) return 0;
    at += size;
    if (signature) return at;
    if (at >= text.size() || text[at] != '.') return 0;
    ++at;
  }
  return 0;
}

std::optional<std::pair<std::string_view, std::size_t>> TokenAt(std::string_view text) {
  if (const std::size_t size = MeasurePem(text); size > 0) return {{"a private key", size}};
  if (const std::size_t size = MeasureJwt(text); size > 0) return {{"a JSON web token", size}};
  for (const TokenShape& shape : kShapes) {
    if (const std::size_t size = Measure(text, shape); size > 0) return {{shape.kind, size}};
  }
  return std::nullopt;
}

}  // namespace

std::span<const TokenShape> TokenShapes() { return kShapes; }

std::vector<FoundToken> FindTokens(std::string_view text) {
  std::array<bool, 256> begins{};
  begins['-'] = begins['e'] = true;
  for (const TokenShape& shape : kShapes) begins[static_cast<unsigned char>(shape.start[0])] = true;
  std::vector<FoundToken> found;
  for (std::size_t at = 0; at < text.size();) {
    const bool inside = at > 0 && IsWord(text[at - 1]);
    if (inside || !begins[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const auto token = TokenAt(text.substr(at));
    if (token) found.push_back({token->first, at});
    at += token ? token->second : 1;
  }
  return found;
}

}  // namespace nodeward
