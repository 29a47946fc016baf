// What the tests of profile/ share: a folder of their own, and profiles as texts.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "profile/document.h"
#include "profile/keys.h"
#include "profile/load.h"

namespace nodeward {

// One profile text laid over nothing: what it says, and its errors.
struct Applied {
  Profile profile;
  Errors errors;
};

inline Applied ApplyText(std::string text) {
  const Source source{"app.toml", std::move(text), "/etc/nodeward"};
  Applied applied;
  const auto document = ParseDocument(source);
  if (!document) {
    applied.errors.push_back(document.error());
  } else {
    Apply(source, *document, applied.profile, applied.errors);
  }
  return applied;
}

// Everything as it would be printed.
inline std::string Printed(const Errors& errors) {
  std::string text;
  for (const Error& error : errors) text += FormatError(error);
  return text;
}

// A folder that disappears with the test.
class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    std::string name = "/tmp/nodeward-profile-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    ::chmod(name.c_str(), 0755);
    folder_ = name;
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(std::string_view name) const { return folder_ + "/" + std::string(name); }

  std::string Write(std::string_view name, std::string_view text) const {
    const std::string path = Path(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), 0644);
    return path;
  }

  static tl::expected<Profile, Errors> Load(std::string profile,
                                            std::vector<std::string> overrides = {}) {
    return LoadProfile({std::move(profile), std::move(overrides)});
  }

  // What Load prints when it fails, with the folder's random name as FOLDER.
  std::string Failure(std::string profile, std::vector<std::string> overrides = {}) const {
    const auto loaded = Load(std::move(profile), std::move(overrides));
    if (loaded) return "(loaded)";
    std::string text = Printed(loaded.error());
    for (auto at = text.find(folder_); at != std::string::npos; at = text.find(folder_)) {
      text.replace(at, folder_.size(), "FOLDER");
    }
    return text;
  }

  std::string folder_;
};

}  // namespace nodeward
