// What the vault's tests share: a folder of their own, commands, and files.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "vault/age.h"
#include "vault/vault.h"

namespace nodeward::test {

// A folder under /tmp, removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string name = "/tmp/nodeward-vault-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void WriteFile(const std::string& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

// Runs a shell command; its exit status, and its output in `output` when given.
inline int Run(const std::string& command, std::string* output = nullptr) {
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return -1;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    if (output != nullptr) output->append(buffer, n);
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline VaultKeys WithIdentity(std::string_view text) {
  VaultKeys keys;
  keys.identity_file = SecretBuffer::Copy(text);
  keys.identity_path = "id.txt";
  return keys;
}

inline VaultKeys WithPassphrase(std::string passphrase) {
  VaultKeys keys;
  keys.passphrase = [passphrase = std::move(passphrase)]() -> Result<SecretBuffer> {
    return SecretBuffer::Copy(passphrase);
  };
  return keys;
}

// How opening ended: "opened", or the kind of failure by the name of its enumerator.
inline std::string_view NameOf(AgeFailure failure) {
  switch (failure) {
    case AgeFailure::kNotAge:
      return "kNotAge";
    case AgeFailure::kVersion:
      return "kVersion";
    case AgeFailure::kArmor:
      return "kArmor";
    case AgeFailure::kHeader:
      return "kHeader";
    case AgeFailure::kHeaderCut:
      return "kHeaderCut";
    case AgeFailure::kHeaderTampered:
      return "kHeaderTampered";
    case AgeFailure::kNeedsIdentity:
      return "kNeedsIdentity";
    case AgeFailure::kNeedsPassphrase:
      return "kNeedsPassphrase";
    case AgeFailure::kIdentity:
      return "kIdentity";
    case AgeFailure::kNoMatch:
      return "kNoMatch";
    case AgeFailure::kWrongPassphrase:
      return "kWrongPassphrase";
    case AgeFailure::kWorkFactor:
      return "kWorkFactor";
    case AgeFailure::kMemory:
      return "kMemory";
    case AgeFailure::kPayloadTruncated:
      return "kPayloadTruncated";
    case AgeFailure::kPayloadTampered:
      return "kPayloadTampered";
    case AgeFailure::kPrompt:
      return "kPrompt";
  }
  return "?";
}

inline std::string_view OutcomeOf(const AgeResult<SecretBuffer>& result) {
  return result ? "opened" : NameOf(result.error().failure);
}

}  // namespace nodeward::test
