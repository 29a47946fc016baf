// From a secret to what is looked for: the forms in which programs write it. Which they are is in
// SECURITY.md. Pure; parent only.
#pragma once

#include <string>
#include <string_view>

#include "mask/needle_list.h"

namespace nodeward {

// Adds the needles of one secret. What cannot be looked for, in words that name the secret, or
// empty: shorter than kShortestNeedle without the white space around it, or common in any output.
std::string AddForms(std::string_view name, std::string_view value, NeedleList& list);

}  // namespace nodeward
