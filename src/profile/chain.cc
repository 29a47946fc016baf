#include "profile/chain.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "profile/load.h"
#include "profile/profile_file.h"

namespace nodeward {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDeepest = 16;
constexpr std::string_view kRoot = "default";  // the one profile that extends nothing

const BuiltinProfile* FindBuiltin(std::string_view name) {
  const auto& all = BuiltinProfiles();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const BuiltinProfile& p) { return p.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool LooksLikePath(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".toml");
}

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

tl::unexpected<Error> UnknownName(const std::string& name) {
  std::vector<std::string_view> known;
  std::vector<std::string> all;
  for (const BuiltinProfile& profile : BuiltinProfiles()) {
    known.push_back(profile.name);
    all.emplace_back(profile.name);
  }
  const std::string_view near = Nearest(name, known);
  return Fail(
      "there is no profile \"" + name + "\": neither a file nor built in (" + JoinWords(all) + ")",
      "", near.empty() ? "./" + name + ".toml" : std::string(near));
}

Layer BuiltinLayer(const BuiltinProfile& profile) {
  Layer layer;
  layer.built_in = true;
  layer.source = {"built-in " + std::string(profile.name), std::string(profile.text), {}};
  return layer;
}

Result<Layer> FileLayer(const std::string& path) {
  auto file = ReadProfileFile(path, ::geteuid() == 0);
  if (!file) return Fail(file.error());
  Layer layer;
  layer.path = (fs::path(CurrentFolder()) / path).lexically_normal().string();
  layer.source = {path, std::move(file->text), fs::path(layer.path).parent_path().string()};
  layer.device = file->device;
  layer.inode = file->inode;
  return layer;
}

// `beside`: the path of the extending profile, or empty.
Result<Layer> ReadLayer(const std::string& name, const std::string& beside) {
  if (!LooksLikePath(name)) {
    if (const BuiltinProfile* builtin = FindBuiltin(name)) return BuiltinLayer(*builtin);
  }
  const fs::path folder = fs::path(beside).parent_path();
  const std::string path = beside.empty() ? name : (folder / name).lexically_normal().string();
  if (!LooksLikePath(name) && !IsFile(path)) return UnknownName(name);
  return FileLayer(path);
}

const Node* ExtendsOf(const Layer& layer) {
  return layer.document ? layer.document->Find("extends") : nullptr;
}

// The name that `layer` extends; none where it is the last, or where `extends` is no name (the
// table of keys complains about that).
std::optional<std::string> NextName(const Layer& layer) {
  if (!layer.document) return std::nullopt;
  const Node* extends = ExtendsOf(layer);
  if (extends != nullptr) {
    if (extends->kind != Node::Kind::kString || extends->text.empty()) return std::nullopt;
    return extends->text;
  }
  if (layer.built_in && layer.source.name == "built-in " + std::string(kRoot)) return std::nullopt;
  return std::string(kRoot);
}

// A failure to follow `extends`, told at that line.
Error AtExtends(const Layer& layer, const Error& error) {
  const Node* extends = ExtendsOf(layer);
  const Where where = extends != nullptr ? extends->where : Where{layer.source.name, 0, 0, 0};
  const std::string path = error.where.empty() ? "" : " (" + error.where + ")";
  return ErrorAt(layer.source, where, "extends: " + error.what + path, error.hint);
}

bool IsSame(const Layer& a, const Layer& b) {
  if (a.built_in || b.built_in) return a.built_in == b.built_in && a.source.name == b.source.name;
  return a.device == b.device && a.inode == b.inode;
}

// "a.toml extends b.toml extends a.toml", or empty when `next` is not yet in the chain.
std::string Circle(const std::deque<Layer>& chain, const Layer& next) {
  auto layer = std::find_if(chain.begin(), chain.end(),
                            [&](const Layer& other) { return IsSame(other, next); });
  if (layer == chain.end()) return {};
  std::string text;
  for (; layer != chain.end(); ++layer) text += layer->source.name + " extends ";
  return text + next.source.name;
}

void Parse(Layer& layer) {
  auto document = ParseDocument(layer.source);
  if (document) {
    layer.document = std::move(*document);
  } else {
    layer.errors.push_back(document.error());
  }
}

// Reads what the last layer extends. False at the end of the chain, or after an error.
bool ReadNext(std::deque<Layer>& chain) {
  Layer& last = chain.back();
  const auto name = NextName(last);
  if (!name) return false;
  if (chain.size() == kDeepest) {
    last.errors.push_back(AtExtends(last, {.what = "more than 16 profiles extend one another"}));
    return false;
  }
  auto next = ReadLayer(*name, last.built_in ? "" : last.source.name);
  if (!next) {
    last.errors.push_back(AtExtends(last, next.error()));
    return false;
  }
  if (const std::string circle = Circle(chain, *next); !circle.empty()) {
    last.errors.push_back(AtExtends(last, {.what = "goes round in a circle: " + circle}));
    return false;
  }
  Parse(*next);
  chain.push_back(std::move(*next));
  return true;
}

}  // namespace

std::string CurrentFolder() {
  std::error_code error;
  return fs::current_path(error).string();
}

std::deque<Layer> ReadChain(const std::string& profile) {
  std::deque<Layer> chain;
  auto first = ReadLayer(profile, "");
  if (!first) {
    chain.emplace_back();
    chain.back().source.name = profile;
    chain.back().errors.push_back(first.error());
    return chain;
  }
  Parse(*first);
  chain.push_back(std::move(*first));
  while (ReadNext(chain)) {
  }
  return chain;
}

}  // namespace nodeward
