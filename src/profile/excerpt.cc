// Where, and the picture of a place in a source that an error carries.
#include <algorithm>

#include "base/text.h"
#include "profile/document.h"

namespace nodeward {
namespace {

constexpr std::size_t kBefore = 60;    // characters kept before the place in a long line
constexpr std::size_t kLongest = 120;  // characters of a line that are shown

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The byte at which character `index` (from 0) of `line` begins, or its end.
std::size_t ByteOf(std::string_view line, std::size_t index) {
  std::size_t at = 0;
  for (; at < line.size(); ++at) {
    if (Continues(line[at])) continue;
    if (index-- == 0) break;
  }
  return at;
}

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !Continues(c); }));
}

std::string_view Line(std::string_view text, std::uint32_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string Visible(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '\t', ' ');
  return EscapeForTerminal(spaced);
}

}  // namespace

std::string Where::Text() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Excerpt(const Source& source, const Where& where) {
  if (where.line == 0 || where.column == 0 || source.text.empty()) return {};
  const std::string_view line = Line(source.text, where.line);
  const std::size_t column = std::min<std::size_t>(where.column - 1, Characters(line));
  const std::size_t from = column > kLongest - 20 ? column - kBefore : 0;

  const std::size_t first = ByteOf(line, from);
  const std::size_t place = ByteOf(line, column);
  const std::size_t last = ByteOf(line, from + kLongest);
  const std::size_t marked = std::min(last, ByteOf(line, column + where.width));

  const std::string lead = (first > 0 ? "..." : "") + Visible(line.substr(first, place - first));
  const std::string rest = Visible(line.substr(place, last - place));
  const std::size_t width = Characters(Visible(line.substr(place, marked - place)));

  std::string picture = lead + rest + (last < line.size() ? "..." : "") + "\n";
  picture += std::string(Characters(lead), ' ') + "^";
  if (width > 1) picture += std::string(width - 1, '~');
  return picture;
}

Error ErrorAt(const Source& source, const Where& where, std::string what, std::string hint) {
  return Error{.what = std::move(what),
               .where = where.Text(),
               .hint = std::move(hint),
               .excerpt = Excerpt(source, where)};
}

}  // namespace nodeward
