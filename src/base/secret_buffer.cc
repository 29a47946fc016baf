#include "base/secret_buffer.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace nodeward {
namespace {

std::atomic<bool> all_locked{true};

void RequireSodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium could not be initialised");
}

}  // namespace

SecretBuffer::SecretBuffer(std::size_t size) : size_(size) {
  RequireSodium();
  data_ = static_cast<unsigned char*>(sodium_malloc(size == 0 ? 1 : size));
  if (data_ == nullptr) throw std::bad_alloc();
  // mlock(2) on pages that are locked already succeeds and changes nothing.
  if (mlock(data_, size == 0 ? 1 : size) != 0) all_locked = false;
  sodium_memzero(data_, size == 0 ? 1 : size);
}

SecretBuffer SecretBuffer::Copy(std::string_view bytes) {
  SecretBuffer copy(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data_, bytes.data(), bytes.size());
  return copy;
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
  if (this != &other) {
    sodium_free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBuffer::~SecretBuffer() { sodium_free(data_); }

void SecretBuffer::Shrink(std::size_t size) {
  if (size >= size_) return;
  sodium_memzero(data_ + size, size_ - size);
  size_ = size;
}

bool SecretBuffer::WipeInForks() {
  if (data_ == nullptr) return true;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(data_) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(data_) + size_;
  return madvise(reinterpret_cast<void*>(first), end - first, MADV_WIPEONFORK) == 0;
}

bool SecretBuffer::AllLocked() { return all_locked; }

}  // namespace nodeward
