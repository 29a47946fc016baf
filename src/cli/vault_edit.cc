// nodeward vault edit: the text in an editor, in memory only, and sealed again when it is whole.
#include <fcntl.h>
#include <linux/magic.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/unique_fd.h"
#include "cli/launch_inputs.h"
#include "cli/vault.h"
#include "cli/vault_place.h"
#include "plan/secret_file.h"
#include "vault/vault_file.h"

namespace nodeward {
namespace {

constexpr std::size_t kLargestText = 16u << 20;

bool IsInMemory(const std::string& folder) {
  struct statfs facts {};
  return statfs(folder.c_str(), &facts) == 0 &&
         (facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC);
}

// A folder of mode 0700 in memory. What the editor leaves in it, swap files and copies among them,
// is wiped with it.
class EditFolder {
 public:
  static Result<EditFolder> Make() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    for (const std::string& place : {std::string(runtime == nullptr ? "" : runtime),
                                     std::string("/dev/shm"), std::string("/run")}) {
      if (place.empty() || !IsInMemory(place)) continue;
      std::string folder = place + "/nodeward-edit-XXXXXX";
      if (mkdtemp(folder.data()) != nullptr) return EditFolder(std::move(folder));
    }
    return Fail("there is no folder in memory to edit the vault in: it would reach a disk", {},
                "mount a tmpfs at /dev/shm; or nodeward vault set, one secret at a time");
  }
  ~EditFolder() {
    if (path_.empty()) return;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(path_, ignored)) Wipe(file.path());
    std::filesystem::remove_all(path_, ignored);
  }
  EditFolder(EditFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  EditFolder& operator=(EditFolder&&) = delete;

  std::string file() const { return path_ + "/vault.toml"; }

 private:
  explicit EditFolder(std::string path) : path_(std::move(path)) {}

  static void Wipe(const std::string& path) {
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file.valid() || fstat(file.get(), &facts) != 0) return;
    const std::string zeros(4096, '\0');
    for (off_t at = 0; at < facts.st_size; at += static_cast<off_t>(zeros.size())) {
      if (pwrite(file.get(), zeros.data(), zeros.size(), at) < 0) return;
    }
  }

  std::string path_;
};

std::string Editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "vi";
}

// $EDITOR is a command line, as git and crontab take it.
Result<void> RunEditor(const std::string& file) {
  const std::string editor = Editor();
  std::string words = editor + " \"$1\"";
  std::string name = file;
  std::string shell = "sh";
  std::string option = "-c";
  char* const arguments[] = {shell.data(), option.data(), words.data(),
                             shell.data(), name.data(),   nullptr};
  pid_t child = -1;
  if (const int error = posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments, environ);
      error != 0) {
    return Fail("cannot start the editor: " + DescribeErrno(error), editor);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Fail("the editor failed; nothing was changed", editor,
              "EDITOR=nano nodeward vault edit …");
}

// Asks whether to open the editor again for a text that is none of a vault's.
bool AskAgain(const Error& error) {
  if (isatty(STDIN_FILENO) == 0) return false;
  std::fputs(FormatError(error).c_str(), stderr);
  std::fputs("Enter opens the editor again, q gives the changes up: ", stderr);
  const int answer = std::getchar();
  return answer == '\n';
}

Result<VaultDocument> EditText(const EditFolder& folder, const VaultPlace& place) {
  while (true) {
    if (auto edited = RunEditor(folder.file()); !edited) return Fail(edited.error());
    auto text = ReadSecretFile(folder.file(), kLargestText, "the edited text");
    if (!text) return Fail(text.error());
    auto document = VaultDocument::Parse(std::move(*text), place.vault);
    if (document || !AskAgain(document.error())) return document;
  }
}

// Into `opened`: what was edited, with today as the day of each value that changed.
Result<void> TakeOver(VaultDocument edited, OpenedVault& opened) {
  std::vector<std::string> changed;
  for (const VaultEntry* entry : edited.Entries(VaultTable::kSecrets)) {
    const VaultEntry* before = opened.document.Find(VaultTable::kSecrets, entry->name);
    const SecretBuffer value = edited.Value(*entry);
    if (before != nullptr && opened.document.Value(*before).view() == value.view()) continue;
    changed.push_back(entry->name);
  }
  std::vector<std::string> gone;
  for (const VaultEntry* entry : edited.Entries(VaultTable::kChanged)) {
    if (edited.Find(VaultTable::kSecrets, entry->name) == nullptr) gone.push_back(entry->name);
  }
  if (auto dated = MarkChanged(edited, changed); !dated) return dated;
  edited.Unset(VaultTable::kChanged, gone);
  opened.document = std::move(edited);
  return {};
}

}  // namespace

tl::expected<int, Errors> VaultEdit(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto opened = OpenVaultAt(*place);
  if (!opened) return FailWith(opened.error());
  const auto folder = EditFolder::Make();
  if (!folder) return FailWith(folder.error());
  if (auto written = CreatePrivateFile(folder->file(), opened->document.text()); !written) {
    return FailWith(written.error());
  }
  auto edited = EditText(*folder, *place);
  if (!edited) return FailWith(edited.error());
  if (edited->text() == opened->document.text()) {
    std::fputs("nothing was changed\n", stderr);
    return 0;
  }
  const auto changed = ChangeVault(*place, [&](OpenedVault& now) -> Result<void> {
    if (now.document.text() != opened->document.text()) {
      return Fail("the vault was changed by another while it was edited here; nothing was written",
                  place->vault, "edit it once more");
    }
    auto taken = TakeOver(std::move(*edited), now);
    if (!taken) return taken;
    return UseRemembered(now);
  });
  if (!changed) return FailWith(changed.error());
  return 0;
}

}  // namespace nodeward
