#include "vault/toml_write.h"

#include "vault/toml_string.h"

namespace nodeward {
namespace {

// Written twice: first without `out`, to measure. Both ways are the same code.
class Writer {
 public:
  explicit Writer(unsigned char* out) : out_(out) {}

  void Write(std::string_view value) {
    // A CR or a space before a newline would not survive an editor.
    const bool lines = value.find('\n') != std::string_view::npos &&
                       value.find('\r') == std::string_view::npos &&
                       value.find(" \n") == std::string_view::npos;
    Put(lines ? "\"\"\"\n" : "\"");
    for (const char c : value) PutCharacter(c, lines);
    Put(lines ? "\"\"\"" : "\"");
  }
  std::size_t length() const { return length_; }

 private:
  void Put(std::string_view text) {
    for (const char c : text) {
      if (out_ != nullptr) out_[length_] = static_cast<unsigned char>(c);
      ++length_;
    }
  }

  void PutCharacter(char c, bool lines) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' && lines) return Put("\n");
    if (c == '\n') return Put("\\n");
    if (c == '\r') return Put("\\r");
    if (c == '"') return Put("\\\"");
    if (c == '\\') return Put("\\\\");
    if (!IsTomlControl(c)) return Put({&c, 1});
    const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    Put({escape, sizeof(escape)});
  }

  unsigned char* out_;
  std::size_t length_ = 0;
};

}  // namespace

std::size_t TomlStringSize(std::string_view value) {
  Writer measure(nullptr);
  measure.Write(value);
  return measure.length();
}

unsigned char* WriteTomlString(std::string_view value, unsigned char* out) {
  Writer fill(out);
  fill.Write(value);
  return out + fill.length();
}

}  // namespace nodeward
