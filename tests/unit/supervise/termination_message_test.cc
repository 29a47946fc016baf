// The last words: in a plain file, bounded, and never behind a link.
#include "supervise/termination_message.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(TerminationMessage, TakesThePlaceOfWhatWasThere) {
  test::ScratchFolder folder;
  const std::string path = folder.Write("log", std::string(10'000, 'x'));
  TerminationMessage::Open(path)->Write("the end\n");
  EXPECT_EQ(Read(path), "the end\n");
}

TEST(TerminationMessage, OpeningChangesNothingYet) {
  test::ScratchFolder folder;
  const std::string path = folder.Write("log", "before");
  EXPECT_TRUE(TerminationMessage::Open(path));
  EXPECT_EQ(Read(path), "before");
}

TEST(TerminationMessage, IsMadeAndIsBounded) {
  test::ScratchFolder folder;
  TerminationMessage::Open(folder / "log")->Write(std::string(10'000, 'x'));
  EXPECT_EQ(Read(folder / "log").size(), 4096u);
}

TEST(TerminationMessage, GoesNowhereElse) {
  test::ScratchFolder folder;
  const std::string kept = folder.Write("kept", "kept");
  ASSERT_EQ(symlink(kept.c_str(), (folder / "link").c_str()), 0);
  ASSERT_EQ(link(kept.c_str(), (folder / "second").c_str()), 0);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0644), 0);
  for (const char* name : {"link", "second", "pipe", "none/log", "."}) {
    EXPECT_FALSE(TerminationMessage::Open(folder / name)) << name;
  }
  EXPECT_EQ(Read(kept), "kept");
}

}  // namespace
}  // namespace nodeward
