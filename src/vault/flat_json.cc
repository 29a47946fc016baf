#include "vault/flat_json.h"

#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace nodeward {
namespace {

class Reader : public nlohmann::json::json_sax_t {
 public:
  bool null() override { return Refuse("null is no string"); }
  bool boolean(bool) override { return Refuse("true and false are no strings; quote them"); }
  bool number_integer(number_integer_t) override { return Refuse("a number; quote it"); }
  bool number_unsigned(number_unsigned_t) override { return Refuse("a number; quote it"); }
  bool number_float(number_float_t, const string_t&) override {
    return Refuse("a number; quote it");
  }
  bool string(string_t& value) override {
    if (!inside_) return Refuse("a string, where an object of names and strings is wanted");
    entries.push_back({std::exchange(name_, {}), SecretBuffer::Copy(value), 0});
    sodium_memzero(value.data(), value.size());
    return true;
  }
  bool binary(binary_t&) override { return Refuse("no text"); }
  bool start_object(std::size_t) override {
    if (inside_) return Refuse("an object within the object; a vault is flat");
    inside_ = true;
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return Refuse("a list; a vault has strings only"); }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    name_ = name;
    return true;
  }
  // The library's own words would repeat the text.
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    at = position;
    return Refuse("this is not JSON");
  }

  std::vector<ImportedEntry> entries;
  std::string fault;
  std::size_t at = 0;

 private:
  bool Refuse(std::string what) {
    const bool named = !name_.empty() && name_.size() <= 64;
    fault = named ? name_ + ": " + what : std::move(what);
    return false;
  }

  std::string name_;
  bool inside_ = false;
};

}  // namespace

Imported ReadFlatJson(std::string_view text) {
  Reader reader;
  if (nlohmann::json::sax_parse(text, &reader)) return std::move(reader.entries);
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(reader.at, text.size()));
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
  // Only what is no JSON has a position.
  return tl::unexpected(ImportFault{reader.at == 0 ? 0 : lines + 1, std::move(reader.fault)});
}

}  // namespace nodeward
