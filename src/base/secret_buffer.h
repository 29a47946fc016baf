// SecretBuffer: bytes that must not leak. Locked into memory, between guard pages, left out of core
// dumps, wiped when freed (libsodium's sodium_malloc). It has no formatter on purpose.
// Parent only. Move-only; the owner wipes by destroying it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace nodeward {

class SecretBuffer {
 public:
  SecretBuffer() = default;
  // `size` zeroed bytes. Throws std::bad_alloc when the machine has no memory left.
  explicit SecretBuffer(std::size_t size);
  static SecretBuffer Copy(std::string_view bytes);

  SecretBuffer(SecretBuffer&& other) noexcept;
  SecretBuffer& operator=(SecretBuffer&& other) noexcept;
  SecretBuffer(const SecretBuffer&) = delete;
  SecretBuffer& operator=(const SecretBuffer&) = delete;
  ~SecretBuffer();

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  unsigned char* data() { return data_; }
  const unsigned char* data() const { return data_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }
  std::span<unsigned char> bytes() { return {data_, size_}; }
  // Shortens the buffer; the bytes cut off are wiped.
  void Shrink(std::size_t size);

  // Has every process that is forked from now on see zeros here (madvise(2), MADV_WIPEONFORK, Linux
  // 4.14): what is kept for long should not be in two memories. Such a process must not free the
  // buffer. False where the kernel does not.
  bool WipeInForks();

  // False when a buffer so far could not be locked (RLIMIT_MEMLOCK is 64 KiB in Docker):
  // sodium_malloc ignores a failed mlock, so it is checked here. Secrets could then reach swap.
  static bool AllLocked();

 private:
  unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace nodeward
