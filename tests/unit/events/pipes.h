// What the tests of src/events write to and read from.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "events/event.h"

namespace nodeward {

// False after a minute, which only a failing test waits.
inline bool WaitReadable(const UniqueFd& fd) {
  pollfd ready = {fd.get(), POLLIN, 0};
  return poll(&ready, 1, 60'000) == 1;
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;

  Pipe() {
    std::array<int, 2> fds{};
    if (pipe2(fds.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "pipe2: " << strerror(errno);
    read = UniqueFd(fds[0]);
    write = UniqueFd(fds[1]);
  }

  void Put(std::string_view bytes) {
    ASSERT_EQ(::write(write.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  // Fills the pipe with `byte` until it takes no more; the number of bytes. Leaves it blocking.
  std::size_t Fill(char byte) {
    const std::string page(4096, byte);
    std::size_t total = 0;
    fcntl(write.get(), F_SETFL, O_NONBLOCK);
    for (const std::size_t size : {page.size(), std::size_t{1}}) {
      while (::write(write.get(), page.data(), size) > 0) total += size;
    }
    fcntl(write.get(), F_SETFL, 0);
    return total;
  }

  // What is in the pipe now.
  std::string Available() {
    std::string all;
    std::array<char, 65536> buffer;
    pollfd ready = {read.get(), POLLIN, 0};
    while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0) {
      const ssize_t count = ::read(read.get(), buffer.data(), buffer.size());
      if (count <= 0) break;
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

  // Reads until `end` was read; fails after a minute without a byte.
  std::string ReadThrough(std::string_view end) {
    std::string all;
    std::array<char, 65536> buffer;
    while (all.find(end) == std::string::npos) {
      const ssize_t count =
          WaitReadable(read) ? ::read(read.get(), buffer.data(), buffer.size()) : -1;
      if (count <= 0) {
        ADD_FAILURE() << "no \"" << end << "\" in " << all.size() << " bytes";
        return all;
      }
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }
};

// A folder of the test's own, removed with all that is in it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "events_test.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << strerror(errno);
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// A datagram socket like /dev/log.
inline UniqueFd BindDatagram(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ADD_FAILURE() << path << ": " << strerror(errno);
  }
  return fd;
}

inline Event Violation(std::string message) {
  Event event;
  event.type = EventType::kViolation;
  event.severity = Severity::kWarn;
  event.message = std::move(message);
  return event;
}

}  // namespace nodeward
