#include "events/mask_event.h"

#include <string>
#include <variant>
#include <vector>

namespace nodeward {

void MaskEvent(const Mask& mask, Event& event) {
  const auto apply = [&](std::string& text) {
    if (text.size() >= kShortestNeedle) text = mask.Apply(text);
  };
  apply(event.message);
  for (Field& field : event.fields) {
    if (auto* const text = std::get_if<std::string>(&field.value)) apply(*text);
    if (auto* const list = std::get_if<std::vector<std::string>>(&field.value)) {
      for (std::string& text : *list) apply(text);
    }
  }
}

}  // namespace nodeward
