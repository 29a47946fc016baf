// The loader's search over made-up trees, and over the machine's own programs, where ldd is asked
// for the truth.
#include "host/library_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

#include "host/proc.h"
#include "support/scratch_folder.h"
#include "unit/host/elf_builder.h"

namespace nodeward {
namespace {

using test::BuildElf;
using testing::ElementsAre;
using testing::IsEmpty;

// An entry of a made-up ld.so.cache.
using Entry = std::pair<std::string, std::string>;

std::string BuildCache(const std::vector<Entry>& entries) {
  std::string cache = "glibc-ld.so.cache1.1" + std::string(28, '\0');
  test::PutAt(cache, 20, static_cast<std::uint32_t>(entries.size()));
  std::string strings;
  const std::size_t base = 48 + 24 * entries.size();
  for (const auto& [name, path] : entries) {
    std::string entry(24, '\0');
    test::PutAt(entry, 4, static_cast<std::uint32_t>(base + strings.size()));
    strings += name + '\0';
    test::PutAt(entry, 8, static_cast<std::uint32_t>(base + strings.size()));
    strings += path + '\0';
    cache += entry;
  }
  return cache + strings;
}

TEST(LoaderCache, FindsEveryPathOfAName) {
  const std::string cache =
      BuildCache({{"liba.so", "/x/liba.so"}, {"liba.so.1", "/x/1"}, {"liba.so", "/y/liba.so"}});
  EXPECT_THAT(FindInLoaderCache(cache, "liba.so"), ElementsAre("/x/liba.so", "/y/liba.so"));
  EXPECT_THAT(FindInLoaderCache(cache, "liba.so.1"), ElementsAre("/x/1"));
  EXPECT_THAT(FindInLoaderCache(cache, "liba"), IsEmpty());
  EXPECT_THAT(FindInLoaderCache(cache, ""), IsEmpty());
  EXPECT_THAT(FindInLoaderCache("ld.so-1.7.0" + std::string(101, '\0') + cache, "liba.so.1"),
              ElementsAre("/x/1"))
      << "behind the older table";
}

TEST(LoaderCache, BrokenOnesAnswerNothing) {
  const std::string cache = BuildCache({{"liba.so", "/x/liba.so"}});
  for (std::size_t size = 0; size < cache.size(); ++size) {
    EXPECT_THAT(FindInLoaderCache(cache.substr(0, size), "liba.so"), IsEmpty()) << size;
  }
  std::string many = cache;
  test::PutAt(many, 20, UINT32_MAX);
  EXPECT_THAT(FindInLoaderCache(many, "liba.so"), ElementsAre("/x/liba.so"));
  EXPECT_THAT(FindInLoaderCache(BuildCache({{"liba.so", "relative"}}), "liba.so"), IsEmpty());
}

class LibrarySearch : public testing::Test {
 protected:
  LibrarySearch() {
    for (const char* name : {"bin", "lib", "other"}) folder_.MakeFolder(name);
  }
  void Library(const std::string& path, const test::ElfParts& parts = {}) {
    folder_.Write(path, BuildElf(parts));
  }
  // Paths relative to the folder; "!NAME" for what is missing.
  std::vector<std::string> Find(const test::ElfParts& program, const LibraryOptions& options = {}) {
    const std::string path = folder_.Write("bin/program", BuildElf(program));
    const auto elf = ReadProgramFile(path);
    const auto found = FindLibraries(path, *elf->elf, options);
    if (!found) return {found.error().what};
    std::vector<std::string> all;
    for (const std::string& each : found->paths) {
      all.push_back(
          std::filesystem::path(each).lexically_normal().lexically_relative(folder_.path()));
    }
    for (const std::string& each : found->missing) all.push_back("!" + each);
    return all;
  }
  test::ScratchFolder folder_;
};

TEST_F(LibrarySearch, OriginIsTheProgramsFolderAndThenTheLibrarys) {
  Library("lib/liba.so", {.needed = {"libb.so"}, .runpath = "${ORIGIN}/../other"});
  Library("other/libb.so");
  EXPECT_THAT(Find({.needed = {"liba.so"}, .runpath = "$ORIGIN/../lib"}),
              ElementsAre("lib/liba.so", "other/libb.so"));
}

TEST_F(LibrarySearch, ARunpathIsNotHandedDownAndARpathIs) {
  Library("lib/liba.so", {.needed = {"libb-of-test.so"}});
  Library("lib/libb-of-test.so");
  EXPECT_THAT(Find({.needed = {"liba.so"}, .runpath = "$ORIGIN/../lib"}),
              ElementsAre("lib/liba.so", "!libb-of-test.so"));
  EXPECT_THAT(Find({.needed = {"liba.so"}, .rpath = "$ORIGIN/../lib"}),
              ElementsAre("lib/liba.so", "lib/libb-of-test.so"));
  EXPECT_THAT(Find({.needed = {"liba.so"}, .rpath = "$ORIGIN/../lib", .runpath = "/nowhere"}),
              ElementsAre("!liba.so"))
      << "a runpath puts the rpath out of force";
}

TEST_F(LibrarySearch, TheOrderOfPlaces) {
  Library("lib/liba.so");
  Library("other/liba.so");
  const LibraryOptions options = {BuildCache({{"liba.so", folder_ / "lib/liba.so"}}), "", {}};
  EXPECT_THAT(Find({.needed = {"liba.so"}}, options), ElementsAre("lib/liba.so"));
  EXPECT_THAT(Find({.needed = {"liba.so"}, .runpath = "$ORIGIN/../other"}, options),
              ElementsAre("other/liba.so"));
  EXPECT_THAT(Find({.needed = {"liba.so"}, .runpath = "$ORIGIN/../lib"},
                   {options.cache, folder_ / "other", {}}),
              ElementsAre("other/liba.so"))
      << "LD_LIBRARY_PATH comes before a runpath";
  EXPECT_THAT(Find({}, {"", "", {folder_ / "lib/liba.so"}}), ElementsAre("lib/liba.so"))
      << "ld.so.preload";
}

TEST_F(LibrarySearch, WhatIsNoLibraryIsPassedOver) {
  folder_.Write("lib/shadow", "root:x:0\n");
  std::string other = BuildElf({});
  other[EI_CLASS] = ELFCLASS32;
  folder_.Write("lib/liba.so", other);
  Library("other/liba.so");
  EXPECT_THAT(Find({.needed = {"shadow", folder_ / "lib/shadow", "liba.so"},
                    .runpath = "$ORIGIN/../lib:$ORIGIN/../other"}),
              ElementsAre("other/liba.so", "!shadow", "!" + (folder_ / "lib/shadow")));
}

TEST_F(LibrarySearch, RelativeFoldersAndUnknownTokensAreNotSearched) {
  Library("lib/liba.so");
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_THAT(Find({.needed = {"liba.so", "lib/liba.so"}, .runpath = "lib:$LIB:::"}),
              ElementsAre("!liba.so", "!lib/liba.so"));
  std::filesystem::current_path(before);
}

TEST_F(LibrarySearch, CirclesAndMultitudesEnd) {
  Library("lib/liba.so", {.needed = {"libb.so"}, .rpath = "$ORIGIN"});
  Library("lib/libb.so", {.needed = {"liba.so"}, .rpath = "$ORIGIN"});
  EXPECT_THAT(Find({.needed = {"liba.so"}, .runpath = "$ORIGIN/../lib"}),
              ElementsAre("lib/liba.so", "lib/libb.so"));
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("absent-" + std::to_string(i) + ".so");
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "/a:";
  EXPECT_THAT(Find({.needed = names, .runpath = path}),
              ElementsAre("its libraries are too many to look for"));
}

// What ldd says that a program maps, by real path; without the loader and the kernel's own.
std::set<std::string> AskLdd(const std::string& program) {
  std::set<std::string> paths;
  const std::unique_ptr<FILE, int (*)(FILE*)> ldd(popen(("ldd " + program).c_str(), "r"), pclose);
  std::array<char, 4096> line{};
  while (fgets(line.data(), line.size(), ldd.get()) != nullptr) {
    const std::string text = line.data();
    const std::size_t arrow = text.find("=> /");
    if (arrow == std::string::npos) continue;
    const std::string path = text.substr(arrow + 3, text.find(" (") - arrow - 3);
    paths.insert(std::filesystem::canonical(path));
  }
  return paths;
}

TEST(FindLibraries, AgreesWithLdd) {
  const LibraryOptions options = {ReadProcFileOrEmpty("/etc/ld.so.cache"), "", {}};
  int compared = 0;
  for (const char* name : {"/usr/bin/node", "/bin/ls", "/usr/bin/env", "/usr/bin/git",
                           "/usr/bin/curl", "/usr/bin/python3", "/usr/bin/gdb"}) {
    std::error_code error;
    const std::string program = std::filesystem::canonical(name, error);
    if (error) continue;
    const auto file = ReadProgramFile(program);
    if (!file || !file->elf || file->elf->interpreter.empty()) continue;
    const auto found = FindLibraries(program, *file->elf, options);
    ASSERT_TRUE(found);
    std::set<std::string> ours;
    for (const std::string& path : found->paths) ours.insert(std::filesystem::canonical(path));
    EXPECT_EQ(ours, AskLdd(program)) << program;
    EXPECT_THAT(found->missing, IsEmpty()) << program;
    ++compared;
  }
  EXPECT_GE(compared, 3);
}

}  // namespace
}  // namespace nodeward
