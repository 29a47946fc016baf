// The command line: parses it with CLI11 and calls one function for each command.
#pragma once

namespace nodeward {

// The exit code of the process (interface.md, "Commands").
int RunApp(int argc, char** argv);

}  // namespace nodeward
