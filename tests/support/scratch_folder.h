// A folder under /tmp for one test, removed with all that is in it.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nodeward::test {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = "/tmp/nodeward-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  // The path of a new file with these contents and this mode.
  std::string Write(std::string_view name, std::string_view contents, mode_t mode = 0644) const {
    const std::string path = *this / name;
    std::ofstream out(path, std::ios::binary);
    out << contents;
    if (!out.flush()) throw std::runtime_error("cannot write " + path);
    out.close();
    if (chmod(path.c_str(), mode) != 0) throw std::runtime_error("cannot chmod " + path);
    return path;
  }

  std::string MakeFolder(std::string_view name, mode_t mode = 0755) const {
    const std::string path = *this / name;
    if (mkdir(path.c_str(), 0700) != 0 || chmod(path.c_str(), mode) != 0) {
      throw std::runtime_error("cannot make " + path);
    }
    return path;
  }

 private:
  std::string path_;
};

}  // namespace nodeward::test
