// NeedleList: the byte strings to look for, in one text of secret memory, while they are collected.
// Parent only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mask/secret_text.h"

namespace nodeward {

// The shortest needle. A shorter value is likely to be part of something else, and each match would
// then tell where that is; matcher.h also rests on it.
inline constexpr std::size_t kShortestNeedle = 8;
// The longest: bounds what a stream holds back. A longer form is several needles.
inline constexpr std::size_t kLongestNeedle = 4096;

struct Needle {
  std::uint32_t offset = 0;  // in the text
  std::uint32_t size = 0;
  std::uint32_t name = 0;  // index of the name that stands for it
};

class NeedleList {
 public:
  // The index of a name; the same for the same name.
  std::uint32_t Name(std::string_view name);
  // Where a form is written to: what was appended since the last Take becomes a needle.
  SecretText& text() { return text_; }
  // For steps on the way to a form. One for all, because each is a mapping of its own.
  SecretText& scratch() { return scratch_; }
  // Ends a form. One that is too short is dropped.
  void Take(std::uint32_t name);
  void Add(std::string_view form, std::uint32_t name) {
    text_.Append(form);
    Take(name);
  }
  // Orders the needles by their bytes; of equal ones the first name's remains.
  void Sort();

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Needle>& needles() const { return needles_; }
  std::string_view Bytes(const Needle& needle) const {
    return text_.view().substr(needle.offset, needle.size);
  }

 private:
  SecretText text_;
  SecretText scratch_;
  std::size_t taken_ = 0;  // bytes of `text_` that belong to needles
  std::vector<Needle> needles_;
  std::vector<std::string> names_;
};

}  // namespace nodeward
