// One flat JSON object of strings. Parent only; values end in secret memory, and what the library
// held of them is wiped, except where its buffers grew.
#pragma once

#include <string_view>

#include "vault/dotenv.h"

namespace nodeward {

// In the file's order; names may be there twice. A value that is no string is a fault: how a number
// or a null would be written as text is the writer's to say.
Imported ReadFlatJson(std::string_view text);

}  // namespace nodeward
