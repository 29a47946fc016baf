#include "profile/load.h"

#include <algorithm>
#include <iterator>

#include "profile/chain.h"
#include "profile/embedded.h"
#include "profile/keys.h"
#include "profile/supervision.h"

namespace nodeward {
namespace {

constexpr std::string_view kSuffix = ".toml";

std::vector<BuiltinProfile> FindBuiltins() {
  std::vector<BuiltinProfile> found;
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.name.ends_with(kSuffix)) continue;
    found.push_back({file.name.substr(0, file.name.size() - kSuffix.size()), file.contents});
  }
  std::sort(found.begin(), found.end(),
            [](const BuiltinProfile& a, const BuiltinProfile& b) { return a.name < b.name; });
  return found;
}

void Append(Errors& to, Errors from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void ApplyOverride(const std::string& argument, Profile& profile, Errors& errors) {
  Source source;
  source.directory = CurrentFolder();
  auto document = ParseOverride(argument, source);
  if (!document) {
    errors.push_back(document.error());
  } else {
    Apply(source, *document, profile, errors);
  }
}

Error Complaint(const std::deque<Layer>& chain, const Where& where, std::string what,
                std::string hint) {
  const auto layer = std::find_if(chain.begin(), chain.end(), [&](const Layer& candidate) {
    return candidate.source.name == where.file;
  });
  const Source none;
  return ErrorAt(layer == chain.end() ? none : layer->source, where, std::move(what),
                 std::move(hint));
}

// What only the merged profile can tell.
void Validate(const std::deque<Layer>& chain, const Profile& profile, Errors& errors) {
  const auto& backoff = profile.supervise.backoff;
  if (backoff && backoff->value.initial > backoff->value.max) {
    const auto shown = [](Milliseconds value) { return std::to_string(value.count()) + "ms"; };
    errors.push_back(
        Complaint(chain, backoff->where,
                  "supervise.backoff: initial (" + shown(backoff->value.initial) +
                      ") is longer than max (" + shown(backoff->value.max) + ")",
                  "supervise.backoff.max = \"" + shown(backoff->value.initial) + "\""));
  }
  for (ProfileConflict& conflict : SupervisionConflicts(profile)) {
    errors.push_back(
        Complaint(chain, conflict.where, std::move(conflict.what), std::move(conflict.hint)));
  }
}

}  // namespace

const std::vector<BuiltinProfile>& BuiltinProfiles() {
  static const std::vector<BuiltinProfile> profiles = FindBuiltins();
  return profiles;
}

tl::expected<Profile, Errors> LoadProfile(const LoadOptions& options) {
  std::deque<Layer> chain = ReadChain(options.profile);
  Profile profile;
  profile.path = chain.front().source.name;
  for (const Layer& layer : chain) {
    if (!layer.path.empty()) profile.files.push_back(layer.path);
  }
  for (auto layer = chain.rbegin(); layer != chain.rend(); ++layer) {
    if (layer->document) Apply(layer->source, *layer->document, profile, layer->errors);
  }
  Errors errors;
  for (Layer& layer : chain) Append(errors, std::move(layer.errors));
  for (const std::string& argument : options.overrides) ApplyOverride(argument, profile, errors);
  // Only a profile without other errors: a value that was refused is missing from the comparison.
  if (errors.empty()) Validate(chain, profile, errors);
  if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
  return profile;
}

}  // namespace nodeward
