// Any bytes as a profile, and as the argument of --set: no crash, and every error safe to print.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "profile/document.h"
#include "profile/keys.h"

namespace {

void Check(const nodeward::Errors& errors) {
  for (const nodeward::Error& error : errors) {
    for (const char c : nodeward::FormatError(error)) {
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n') std::abort();
    }
    if (!nodeward::IsUtf8(error.excerpt)) std::abort();
  }
}

void Lay(const nodeward::Source& source, const nodeward::Result<nodeward::Node>& document) {
  nodeward::Errors errors;
  nodeward::Profile profile;
  if (document) {
    nodeward::Apply(source, *document, profile, errors);
  } else {
    errors.push_back(document.error());
  }
  Check(errors);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const nodeward::Source file{"fuzz.toml", text, "/etc/nodeward"};
  Lay(file, nodeward::ParseDocument(file));
  nodeward::Source typed;
  typed.directory = "/";
  const auto document = nodeward::ParseOverride(text, typed);
  Lay(typed, document);
  return 0;
}
