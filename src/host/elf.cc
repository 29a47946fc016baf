#include "host/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "kernel/architecture.h"

namespace nodeward {
namespace {

// Far above what linkers write (node has 13 headers and 40 entries), far below what would cost.
constexpr std::size_t kMostHeaders = 512;
constexpr std::size_t kMostEntries = 8192;
constexpr std::size_t kMostNeeded = 1024;
constexpr std::size_t kLongestText = 4096;  // PATH_MAX
constexpr std::size_t kScriptStart = 256;   // BINPRM_BUF_SIZE, Linux 5.1

constexpr unsigned char kNativeData =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

// elf.h's names for what Node.js is built for, so that a wrong image shows at a glance.
std::string MachineName(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "64-bit ARM";
    case EM_PPC64:
      return "64-bit POWER";
    case EM_S390:
      return "S/390";
    case EM_RISCV:
      return "RISC-V";
    case EM_LOONGARCH:
      return "LoongArch";
    default:
      return "ELF machine " + std::to_string(machine);
  }
}

class Reader {
 public:
  Reader(const ByteReader& read, const std::string& path) : read_(read), path_(path) {}

  Result<ElfFile> Run() {
    if (auto header = ReadHeader(); !header) return Fail(header.error());
    if (auto segments = ReadSegments(); !segments) return Fail(segments.error());
    if (interpreter_ != nullptr) {
      auto text = Text(interpreter_->p_offset, interpreter_->p_filesz);
      if (!text || text->empty()) return Broken("its loader's name");
      file_.interpreter = std::move(*text);
    }
    if (dynamic_ == nullptr) return std::move(file_);
    file_.dynamic = true;
    if (auto entries = ReadDynamic(); !entries) return Fail(entries.error());
    return std::move(file_);
  }

 private:
  tl::unexpected<Error> Broken(const char* part) const {
    return Fail(std::string("it is no program that can start: ") + part + " is broken or too long",
                path_);
  }

  template <class T>
  bool Read(std::uint64_t offset, std::span<T> out) const {
    if (out.empty()) return true;
    const std::span<char> bytes(reinterpret_cast<char*>(out.data()), out.size_bytes());
    return read_(offset, bytes) == bytes.size();
  }

  Result<void> ReadHeader() {
    if (!Read(0, std::span(&header_, 1)) || std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0) {
      return Fail("it is neither a program nor a script with a \"#!\" line", path_);
    }
    if (header_.e_ident[EI_CLASS] != ELFCLASS64) {
      return Fail("it is a 32-bit program, and nodeward confines 64-bit ones only", path_,
                  "a 64-bit build of the interpreter");
    }
    if (header_.e_ident[EI_DATA] != kNativeData || header_.e_machine != kernel::kElfMachine) {
      return Fail("it is a program for another processor: " + MachineName(header_.e_machine), path_,
                  "a build for this machine");
    }
    if (header_.e_type != ET_EXEC && header_.e_type != ET_DYN) {
      return Fail("it is neither a program nor a library", path_);
    }
    return {};
  }

  Result<void> ReadSegments() {
    if (header_.e_phentsize != sizeof(Elf64_Phdr) || header_.e_phnum > kMostHeaders) {
      return Broken("its program header");
    }
    segments_.resize(header_.e_phnum);
    if (!Read(header_.e_phoff, std::span(segments_))) return Broken("its program header");
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_INTERP && interpreter_ == nullptr) interpreter_ = &segment;
      if (segment.p_type == PT_DYNAMIC && dynamic_ == nullptr) dynamic_ = &segment;
    }
    return {};
  }

  // The text at `offset`, ended by NUL within `room` bytes.
  std::optional<std::string> Text(std::uint64_t offset, std::uint64_t room) const {
    std::string text;
    std::array<char, 256> piece{};  // most names fit; few need a second
    room = std::min<std::uint64_t>(room, kLongestText);
    while (text.size() < room) {
      const std::size_t wanted = std::min<std::size_t>(piece.size(), room - text.size());
      const std::size_t got = read_(offset + text.size(), std::span(piece).first(wanted));
      const std::string_view read(piece.data(), std::min(got, wanted));
      const std::size_t end = read.find('\0');
      text.append(read.substr(0, end));
      if (end != std::string_view::npos) return text;
      if (read.size() < wanted) return std::nullopt;
    }
    return std::nullopt;
  }

  // Where in the file lies what will be loaded at `address`.
  std::optional<std::uint64_t> OffsetOf(std::uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
      const std::uint64_t into = address - segment.p_vaddr;
      if (into < segment.p_filesz) return segment.p_offset + into;  // may wrap: then reads nothing
    }
    return std::nullopt;
  }

  Result<void> ReadDynamic() {
    std::vector<Elf64_Dyn> entries(
        std::min<std::uint64_t>(dynamic_->p_filesz / sizeof(Elf64_Dyn), kMostEntries));
    if (!Read(dynamic_->p_offset, std::span(entries))) return Broken("its dynamic section");
    const auto end = std::ranges::find(entries, Elf64_Sxword{DT_NULL}, &Elf64_Dyn::d_tag);
    entries.erase(end, entries.end());
    std::uint64_t table = 0;
    std::uint64_t size = 0;
    for (const Elf64_Dyn& entry : entries) {
      if (entry.d_tag == DT_STRTAB) table = entry.d_un.d_ptr;
      if (entry.d_tag == DT_STRSZ) size = entry.d_un.d_val;
      if (entry.d_tag == DT_FLAGS_1)
        file_.no_default_folders = (entry.d_un.d_val & DF_1_NODEFLIB) != 0;
    }
    for (const Elf64_Dyn& entry : entries) {
      if (auto taken = Take(entry, OffsetOf(table), size); !taken) return taken;
    }
    return {};
  }

  Result<void> Take(const Elf64_Dyn& entry, std::optional<std::uint64_t> table,
                    std::uint64_t size) {
    const bool path = entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
    if (entry.d_tag != DT_NEEDED && !path) return {};
    if (!table || entry.d_un.d_val >= size) return Broken("its list of libraries");
    auto text = Text(*table + entry.d_un.d_val, size - entry.d_un.d_val);
    if (!text) return Broken("the name of a library");
    if (path) {
      (entry.d_tag == DT_RPATH ? file_.rpath : file_.runpath) = std::move(*text);
      return {};
    }
    if (file_.needed.size() == kMostNeeded) return Broken("its list of libraries");
    if (!text->empty()) file_.needed.push_back(std::move(*text));
    return {};
  }

  const ByteReader& read_;
  const std::string& path_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  const Elf64_Phdr* interpreter_ = nullptr;
  const Elf64_Phdr* dynamic_ = nullptr;
  ElfFile file_;
};

constexpr std::string_view kBlank = " \t";

std::string_view NextWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

// What precedes a page or more of a file is in one read, so that headers cost a single call.
class FirstPage {
 public:
  explicit FirstPage(int fd) : fd_(fd) { size_ = Pread(0, page_); }

  std::string_view start() const { return {page_.data(), std::min(size_, kScriptStart)}; }

  std::size_t Read(std::uint64_t offset, std::span<char> out) const {
    if (offset <= size_ && out.size() <= size_ - offset) {
      std::memcpy(out.data(), page_.data() + offset, out.size());
      return out.size();
    }
    return Pread(offset, out);
  }

 private:
  std::size_t Pread(std::uint64_t offset, std::span<char> out) const {
    if (offset > static_cast<std::uint64_t>(INT64_MAX)) return 0;
    const ssize_t got = pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }

  int fd_;
  std::array<char, 2048> page_{};
  std::size_t size_ = 0;
};

}  // namespace

Result<ElfFile> ParseElf(const ByteReader& read, const std::string& path) {
  return Reader(read, path).Run();
}

std::optional<Shebang> ParseShebang(std::string_view start) {
  start = start.substr(0, kScriptStart);
  if (!start.starts_with("#!")) return std::nullopt;
  const bool whole = start.size() < kScriptStart;  // the file ends here: so does the line
  const std::size_t newline = start.find('\n');
  std::string_view line =
      start.substr(2, newline == std::string_view::npos ? newline : newline - 2);
  line = line.substr(0, line.find('\0'));
  const std::string_view name = NextWord(line);
  if (name.empty()) return std::nullopt;
  // Cut off: without a blank behind it, what is seen of the name may not be all of it.
  if (newline == std::string_view::npos && !whole && line.empty()) return std::nullopt;
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  line = line.substr(0, line.find_last_not_of(kBlank) + 1);  // npos + 1 is 0
  return Shebang{std::string(name), std::string(line)};
}

std::string CommandOfEnv(std::string_view argument) {
  // Without -S the kernel's one argument is one name to env, blanks and all.
  constexpr std::array<std::string_view, 3> kSplit = {"-S", "-vS", "--split-string="};
  const auto split = std::ranges::find_if(
      kSplit, [&](std::string_view option) { return argument.starts_with(option); });
  if (split == kSplit.end()) return argument.starts_with('-') ? "" : std::string(argument);
  argument.remove_prefix(split->size());
  while (true) {
    const std::string_view word = NextWord(argument);
    const bool assignment = word.find('=') != std::string_view::npos;
    if (word == "-u" || word == "-C") NextWord(argument);
    if (!word.starts_with('-') && !assignment) return std::string(word);
  }
}

Result<ProgramFile> ReadProgramFile(const std::string& path) {
  // Never waits for the other end of a FIFO, never becomes a controlling terminal.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return Fail("cannot read it: " + DescribeErrno(errno), path);
  struct stat facts {};
  if (fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Fail("it is not a regular file", path);
  }
  const FirstPage page(fd.get());
  ProgramFile file;
  file.script = ParseShebang(page.start());
  if (file.script) return file;
  auto elf = ParseElf(
      [&](std::uint64_t offset, std::span<char> out) { return page.Read(offset, out); }, path);
  if (!elf) return Fail(elf.error());
  file.elf = std::move(*elf);
  return file;
}

}  // namespace nodeward
