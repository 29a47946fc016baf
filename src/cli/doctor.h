// `nodeward doctor`: what this host, kernel and container can enforce, and what each fact means for
// nodeward. Starts nothing and changes nothing.
#pragma once

#include "host/report.h"

namespace nodeward {

// Prints the diagnosis of `host` to the standard output, as text or as one JSON object; colours
// only on a terminal and without NO_COLOR. Returns the exit code: 0, or 125 when it could not be
// written.
int RunDoctor(bool json, const HostReport& host);

}  // namespace nodeward
