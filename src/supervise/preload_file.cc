#include "supervise/preload_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "measures/file_rules.h"
#include "preload/embedded.h"

namespace nodeward {

Result<std::string> WritePreload(const RuntimeFolder& folder, const std::string& name) {
  const std::string_view text = PreloadFiles().front().contents;
  const std::string file = name + ".cjs";
  std::string path = folder.path + "/" + file;
  unlinkat(folder.fd.get(), file.c_str(), 0);  // of one that was killed
  const UniqueFd fd(openat(folder.fd.get(), file.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400));
  const bool written = fd.valid() &&
                       write(fd.get(), text.data(), text.size()) == std::ssize(text) &&
                       fchmod(fd.get(), 0444) == 0;  // whatever the umask is
  if (written) return path;
  const int error = errno;
  if (fd.valid()) unlinkat(folder.fd.get(), file.c_str(), 0);
  return Fail("cannot write it: " + DescribeErrno(error), std::move(path));
}

void LoadPreload(Plan& plan, const std::string& path) {
  auto& command = plan.launch.command;
  command.insert(command.begin() + 1, {"--require", path});
  std::vector<FileRule> rules = plan.launch.files.rules();
  rules.push_back(PreloadRule(path));
  plan.launch.files = FilePolicy(std::move(rules));
  plan.launch.preload = path;
}

}  // namespace nodeward
