// A made-up ELF file for tests: headers, an interpreter, a dynamic section and its strings. Each
// field can be broken afterwards.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "kernel/architecture.h"

namespace nodeward::test {

struct ElfParts {
  std::string interpreter;
  std::vector<std::string> needed;
  std::string rpath;
  std::string runpath;
  bool dynamic = true;
};

inline constexpr std::size_t kElfInterp = sizeof(Elf64_Ehdr);                // the PT_INTERP header
inline constexpr std::size_t kElfDynamic = kElfInterp + sizeof(Elf64_Phdr);  // PT_DYNAMIC
inline constexpr std::size_t kElfBody = kElfInterp + 3 * sizeof(Elf64_Phdr);

template <class T>
void PutAt(std::string& bytes, std::size_t offset, const T& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

inline std::string BuildElf(const ElfParts& parts) {
  std::string strings(1, '\0');
  std::vector<Elf64_Dyn> entries;
  const auto add = [&](Elf64_Sxword tag, const std::string& text) {
    entries.push_back({tag, {strings.size()}});
    strings += text + '\0';
  };
  for (const std::string& name : parts.needed) add(DT_NEEDED, name);
  if (!parts.rpath.empty()) add(DT_RPATH, parts.rpath);
  if (!parts.runpath.empty()) add(DT_RUNPATH, parts.runpath);
  const std::size_t dynamic_size = (entries.size() + 3) * sizeof(Elf64_Dyn);
  const std::size_t dynamic_at = kElfBody + parts.interpreter.size() + 1;
  const std::size_t strings_at = dynamic_at + dynamic_size;
  entries.push_back({DT_STRTAB, {strings_at + 0x10000}});  // an address, not an offset
  entries.push_back({DT_STRSZ, {strings.size()}});
  entries.push_back({DT_NULL, {0}});

  std::string bytes(strings_at + strings.size(), '\0');
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = kernel::kElfMachine;
  header.e_phoff = kElfInterp;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 3;
  PutAt(bytes, 0, header);
  Elf64_Phdr segment{};
  segment.p_type = parts.interpreter.empty() ? PT_NULL : PT_INTERP;
  segment.p_offset = kElfBody;
  segment.p_filesz = parts.interpreter.size() + 1;
  PutAt(bytes, kElfInterp, segment);
  segment.p_type = parts.dynamic ? PT_DYNAMIC : PT_NULL;
  segment.p_offset = dynamic_at;
  segment.p_filesz = dynamic_size;
  PutAt(bytes, kElfDynamic, segment);
  segment.p_type = PT_LOAD;
  segment.p_offset = 0;
  segment.p_vaddr = 0x10000;
  segment.p_filesz = bytes.size();
  PutAt(bytes, kElfDynamic + sizeof(Elf64_Phdr), segment);
  std::memcpy(bytes.data() + kElfBody, parts.interpreter.c_str(), parts.interpreter.size());
  std::memcpy(bytes.data() + dynamic_at, entries.data(), dynamic_size);
  std::memcpy(bytes.data() + strings_at, strings.data(), strings.size());
  return bytes;
}

}  // namespace nodeward::test
