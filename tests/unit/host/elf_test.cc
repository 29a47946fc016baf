// What ReadProgramFile says of made-up files, whole and broken, and of "#!" lines.
#include "host/elf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/scratch_folder.h"
#include "unit/host/elf_builder.h"

namespace nodeward {
namespace {

using test::BuildElf;
using testing::ElementsAre;
using testing::HasSubstr;

Result<ElfFile> Parse(const std::string& bytes) {
  return ParseElf(
      [&](std::uint64_t offset, std::span<char> out) -> std::size_t {
        if (offset >= bytes.size()) return 0;
        return bytes.copy(out.data(), out.size(), offset);
      },
      "program");
}

std::string WhyNot(const std::string& bytes) {
  const auto parsed = Parse(bytes);
  return parsed ? "parsed" : parsed.error().what;
}

const test::ElfParts kProgram = {.interpreter = "/lib64/ld.so",
                                 .needed = {"libm.so.6", "libc.so.6"},
                                 .rpath = "/old",
                                 .runpath = "$ORIGIN/../lib:/opt/lib"};

TEST(ParseElf, WhatAProgramNames) {
  const auto elf = Parse(BuildElf(kProgram));
  ASSERT_TRUE(elf) << elf.error().what;
  EXPECT_EQ(elf->interpreter, "/lib64/ld.so");
  EXPECT_TRUE(elf->dynamic);
  EXPECT_THAT(elf->needed, ElementsAre("libm.so.6", "libc.so.6"));
  EXPECT_EQ(elf->rpath, "/old");
  EXPECT_EQ(elf->runpath, "$ORIGIN/../lib:/opt/lib");
}

TEST(ParseElf, AStaticProgramNamesNothing) {
  const auto elf = Parse(BuildElf({.dynamic = false}));
  ASSERT_TRUE(elf);
  EXPECT_EQ(elf->interpreter, "");
  EXPECT_FALSE(elf->dynamic);
  EXPECT_TRUE(elf->needed.empty());
}

TEST(ParseElf, OfAnotherMachine) {
  std::string bytes = BuildElf(kProgram);
  bytes[EI_CLASS] = ELFCLASS32;
  EXPECT_THAT(WhyNot(bytes), HasSubstr("32-bit"));
  bytes = BuildElf(kProgram);
  bytes[EI_DATA] = ELFDATA2MSB;
  EXPECT_THAT(WhyNot(bytes), HasSubstr("another processor"));
  bytes = BuildElf(kProgram);
  test::PutAt(bytes, offsetof(Elf64_Ehdr, e_machine), Elf64_Half{EM_SPARCV9});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("another processor: ELF machine 43"));
  test::PutAt(bytes, offsetof(Elf64_Ehdr, e_machine), Elf64_Half{EM_S390});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("another processor: S/390"));
  EXPECT_THAT(WhyNot("hello"), HasSubstr("neither a program nor a script"));
  EXPECT_THAT(WhyNot(""), HasSubstr("neither a program nor a script"));
}

TEST(ParseElf, ALengthThatLiesIsAnError) {
  std::string bytes = BuildElf(kProgram);
  test::PutAt(bytes, offsetof(Elf64_Ehdr, e_phnum), Elf64_Half{0xffff});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("program header"));
  bytes = BuildElf(kProgram);
  test::PutAt(bytes, offsetof(Elf64_Ehdr, e_phoff), Elf64_Off{UINT64_MAX - 8});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("program header"));
  bytes = BuildElf(kProgram);
  test::PutAt(bytes, test::kElfInterp + offsetof(Elf64_Phdr, p_filesz), Elf64_Xword{3});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("loader's name")) << "no NUL within it";
  bytes = BuildElf(kProgram);
  test::PutAt(bytes, test::kElfDynamic + offsetof(Elf64_Phdr, p_filesz), Elf64_Xword{UINT64_MAX});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("dynamic section"));
  bytes = BuildElf(kProgram);
  test::PutAt(bytes, test::kElfDynamic + offsetof(Elf64_Phdr, p_offset), Elf64_Off{UINT64_MAX});
  EXPECT_THAT(WhyNot(bytes), HasSubstr("dynamic section"));
}

TEST(ParseElf, CutOffAnywhere) {
  const std::string whole = BuildElf(kProgram);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Parse(whole.substr(0, size))) << size;
  }
  EXPECT_TRUE(Parse(whole));
}

TEST(ParseElf, ANameWithoutEnd) {
  const auto parsed = Parse(BuildElf({.interpreter = "/l", .needed = {std::string(5000, 'a')}}));
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().what, HasSubstr("name of a library"));
  const auto long_one = Parse(BuildElf({.needed = {std::string(700, 'a')}}));
  ASSERT_TRUE(long_one) << "several reads";
  EXPECT_THAT(long_one->needed, ElementsAre(std::string(700, 'a')));
}

// "INTERPRETER|ARGUMENT", or "none".
std::string Line(std::string_view start) {
  const auto script = ParseShebang(start);
  return script ? script->interpreter + "|" + script->argument : "none";
}

TEST(ParseShebang, AsTheKernelReadsIt) {
  EXPECT_EQ(Line("#!/usr/bin/node\nx"), "/usr/bin/node|");
  EXPECT_EQ(Line("#! \t/bin/sh  -e -u \t\nx"), "/bin/sh|-e -u");
  EXPECT_EQ(Line("#!/usr/bin/env node"), "/usr/bin/env|node") << "the file ends there";
  EXPECT_EQ(Line("#!/usr/bin/env node\r\n"), "/usr/bin/env|node\r") << "its name is \"node\\r\"";
  EXPECT_EQ(Line("#!\n/bin/sh"), "none");
  EXPECT_EQ(Line("#!   \n"), "none");
  EXPECT_EQ(Line("# !/bin/sh\n"), "none");
  EXPECT_EQ(Line(""), "none");
  EXPECT_EQ(Line(std::string_view("#!/bin/sh\0 -e\n", 14)), "/bin/sh|");
}

TEST(ParseShebang, AnInterpreterThatIsCutOffIsNone) {
  EXPECT_EQ(Line("#!/" + std::string(300, 'a') + "\n"), "none");
  EXPECT_THAT(Line("#!/bin/sh " + std::string(300, 'a')), HasSubstr("/bin/sh|aaa"));
}

TEST(CommandOfEnv, WhatItWouldStart) {
  EXPECT_EQ(CommandOfEnv("node"), "node");
  EXPECT_EQ(CommandOfEnv("node --trace"), "node --trace") << "the kernel passes one argument";
  EXPECT_EQ(CommandOfEnv("-S node --trace"), "node");
  EXPECT_EQ(CommandOfEnv("-S -i -u HOME NODE_ENV=x node --trace"), "node");
  EXPECT_EQ(CommandOfEnv("-Snode"), "node");
  EXPECT_EQ(CommandOfEnv("--split-string=node -r x"), "node");
  EXPECT_EQ(CommandOfEnv("-S A=1"), "");
  EXPECT_EQ(CommandOfEnv("-i"), "");
  EXPECT_EQ(CommandOfEnv(""), "");
}

TEST(ReadProgramFile, FilesThatAreNoPrograms) {
  const test::ScratchFolder folder;
  EXPECT_THAT(ReadProgramFile(folder / "absent").error().what, HasSubstr("ENOENT"));
  EXPECT_THAT(ReadProgramFile(folder.path()).error().what, HasSubstr("not a regular file"));
  ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(ReadProgramFile(folder / "fifo").error().what, HasSubstr("not a regular file"))
      << "and does not wait for its other end";
  EXPECT_FALSE(ReadProgramFile("/dev/zero"));
  const auto self = ReadProgramFile("/proc/self/exe");
  ASSERT_TRUE(self);
  EXPECT_TRUE(self->elf && !self->script);
  const auto script = ReadProgramFile(folder.Write("s", "#!/bin/sh\n"));
  ASSERT_TRUE(script);
  EXPECT_EQ(script->script->interpreter, "/bin/sh");
}

}  // namespace
}  // namespace nodeward
