#include "mask/encodings.h"

#include <array>
#include <cstdint>

namespace nodeward {
namespace {

constexpr std::string_view kLower = "0123456789abcdef";
constexpr std::string_view kUpper = "0123456789ABCDEF";

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

void AppendPair(unsigned char byte, bool upper, SecretText& out) {
  const std::string_view digits = upper ? kUpper : kLower;
  out.Push(digits[byte >> 4]);
  out.Push(digits[byte & 15]);
}

void AppendUnit(std::uint32_t unit, bool upper, SecretText& out) {
  out.Append("\\u");
  AppendPair(static_cast<unsigned char>(unit >> 8), upper, out);
  AppendPair(static_cast<unsigned char>(unit & 0xff), upper, out);
}

void AppendCodePoint(std::uint32_t code, bool upper, SecretText& out) {
  if (code < 0x10000) return AppendUnit(code, upper, out);
  AppendUnit(0xd7c0 + (code >> 10), upper, out);
  AppendUnit(0xdc00 | (code & 0x3ff), upper, out);
}

// One code point at the front of `in`, or what a decoder makes of what is no UTF-8 (RFC 3629).
struct Decoded {
  std::uint32_t code = 0xfffd;
  std::size_t size = 1;
  bool valid = false;
};

Decoded DecodeUtf8(std::string_view in) {
  const unsigned char lead = Byte(in[0]);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range keeps overlong forms, surrogates and what is past U+10FFFF out.
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  std::uint32_t code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (i >= in.size() || Byte(in[i]) < low || Byte(in[i]) > high) return {0xfffd, i, false};
    code = code << 6 | (Byte(in[i]) & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  return {code, size, true};
}

// The short escape of a control character, or 0.
char ShortEscape(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void AppendJsonAscii(char c, const JsonStyle& style, SecretText& out) {
  if (c == '\\' || (c == '"' && style.quotes) || (c == '/' && style.slash)) {
    out.Push('\\');
    return out.Push(c);
  }
  if (const char escape = ShortEscape(c); escape != 0) {
    out.Push('\\');
    return out.Push(escape);
  }
  const bool html = style.html && (c == '<' || c == '>' || c == '&');
  if (Byte(c) >= 0x20 && !html) return out.Push(c);
  if (!style.hex_x) return AppendUnit(Byte(c), style.upper, out);
  out.Append("\\x");
  AppendPair(Byte(c), style.upper, out);
}

int HexValue(char c) {
  const std::size_t lower = kLower.find(c);
  if (lower != std::string_view::npos) return static_cast<int>(lower);
  const std::size_t upper = kUpper.find(c);
  return upper == std::string_view::npos ? -1 : static_cast<int>(upper);
}

}  // namespace

void AppendJson(std::string_view in, const JsonStyle& style, SecretText& out) {
  while (!in.empty()) {
    if (Byte(in[0]) < 0x80) {
      AppendJsonAscii(in[0], style, out);
      in.remove_prefix(1);
      continue;
    }
    const Decoded decoded = DecodeUtf8(in);
    if (style.ascii) {
      AppendCodePoint(decoded.code, style.upper, out);
    } else {
      out.Append(in.substr(0, decoded.size));
    }
    in.remove_prefix(decoded.size);
  }
}

void AppendUrl(std::string_view in, const UrlStyle& style, SecretText& out) {
  for (const char c : in) {
    if (IsAlphanumeric(c) || style.kept.find(c) != std::string_view::npos) {
      out.Push(c);
    } else if (c == ' ' && style.plus) {
      out.Push('+');
    } else {
      out.Push('%');
      AppendPair(Byte(c), style.upper, out);
    }
  }
}

void AppendXml(std::string_view in, std::string_view quote, std::string_view apostrophe,
               SecretText& out) {
  for (const char c : in) {
    if (c == '&') {
      out.Append("&amp;");
    } else if (c == '<') {
      out.Append("&lt;");
    } else if (c == '>') {
      out.Append("&gt;");
    } else if (c == '"' && !quote.empty()) {
      out.Append(quote);
    } else if (c == '\'' && !apostrophe.empty()) {
      out.Append(apostrophe);
    } else {
      out.Push(c);
    }
  }
}

void AppendReplaced(std::string_view in, std::string_view from, std::string_view to,
                    SecretText& out) {
  while (!in.empty()) {
    const std::size_t at = in.find(from);
    out.Append(in.substr(0, at));
    if (at == std::string_view::npos) return;
    out.Append(to);
    in.remove_prefix(at + from.size());
  }
}

void AppendBackslashed(std::string_view in, std::string_view special, SecretText& out) {
  for (const char c : in) {
    if (special.find(c) != std::string_view::npos) out.Push('\\');
    out.Push(c);
  }
}

void AppendHex(std::string_view in, bool upper, SecretText& out) {
  for (const char c : in) AppendPair(Byte(c), upper, out);
}

void AppendBase64(std::string_view in, bool url_safe, SecretText& out) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto letter = [&](std::uint32_t six) {
    if (six < kLetters.size()) return kLetters[six];
    if (six == 62) return url_safe ? '-' : '+';
    return url_safe ? '_' : '/';
  };
  for (std::size_t i = 0; i < in.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, in.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < count ? Byte(in[i + j]) : 0U);
    for (std::size_t j = 0; j <= count; ++j) out.Push(letter(bits >> (18 - 6 * j) & 63));
  }
}

void AppendDecodedUtf8(std::string_view in, SecretText& out) {
  while (!in.empty()) {
    const Decoded decoded = DecodeUtf8(in);
    out.Append(decoded.valid ? in.substr(0, decoded.size) : "\xef\xbf\xbd");
    in.remove_prefix(decoded.size);
  }
}

void AppendUrlDecoded(std::string_view in, SecretText& out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int high = in[i] == '%' && i + 2 < in.size() ? HexValue(in[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(in[i + 2]) : -1;
    if (low < 0) {
      out.Push(in[i]);
      continue;
    }
    out.Push(static_cast<char>(high << 4 | low));
    i += 2;
  }
}

}  // namespace nodeward
