#include "supervise/termination_message.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr std::size_t kLongest = 4096;

}  // namespace

std::string LastWords(const std::string& exit, const std::string& refusal) {
  std::string words = EscapeForTerminal(exit) + "\n";
  if (!refusal.empty()) words += "last refusal: " + EscapeForTerminal(refusal) + "\n";
  return words;
}

Result<TerminationMessage> TerminationMessage::Open(const std::string& path) {
  TerminationMessage message;
  // O_NONBLOCK: a pipe that nobody reads must not hold up the start.
  message.file_.reset(
      open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  struct stat facts {};
  if (!message.file_.valid() || fstat(message.file_.get(), &facts) != 0) {
    return Fail(DescribeErrno(errno));
  }
  if (!S_ISREG(facts.st_mode) || facts.st_nlink != 1) {
    return Fail("it is not a plain file with one name");
  }
  return message;
}

void TerminationMessage::Write(std::string text) const {
  if (!file_.valid()) return;
  if (text.size() > kLongest) text.resize(kLongest);
  if (ftruncate(file_.get(), 0) != 0) return;
  static_cast<void>(!pwrite(file_.get(), text.data(), text.size(), 0));
}

}  // namespace nodeward
