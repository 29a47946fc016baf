// Stable codes of what nodeward reports: the same number for the same kind, release after
// release. Each has a text in code_texts.cc, which `nodeward why` prints; a test holds that.
#pragma once

#include <string_view>

namespace nodeward::codes {

inline constexpr std::string_view kDegraded = "NW101";       // started with a protection missing
inline constexpr std::string_view kWarning = "NW102";        // works, and is probably not meant so
inline constexpr std::string_view kNotObservable = "NW111";  // refused, but not seen on this host
inline constexpr std::string_view kUnresolved = "NW112";     // a name of the profile has no address
inline constexpr std::string_view kSecretsChanged = "NW121";  // a new set was taken
inline constexpr std::string_view kSecretsKept = "NW122";    // a new set was not; the old one holds
inline constexpr std::string_view kCallDenied = "NW201";     // a system call was refused
inline constexpr std::string_view kCallPermitted = "NW202";  // permissive: told and let through
inline constexpr std::string_view kCallKilled = "NW203";     // on_violation = "kill"
inline constexpr std::string_view kOpenRefused = "NW211";    // no [filesystem] rule allows it
inline constexpr std::string_view kExecRefused = "NW212";    // not to be executed
inline constexpr std::string_view kAddonRefused = "NW213";   // native code was not loaded
inline constexpr std::string_view kConnectRefused = "NW221";  // no [network] connect rule allows it
inline constexpr std::string_view kListenRefused = "NW222";   // bind or listen
inline constexpr std::string_view kSendRefused = "NW223";     // a datagram's address
inline constexpr std::string_view kNameRefused = "NW224";     // a question to a name server
inline constexpr std::string_view kUnixRefused = "NW225";     // a UNIX socket
inline constexpr std::string_view kSocketRefused = "NW226";   // a kind of socket
inline constexpr std::string_view kSignalRefused = "NW231";   // towards somebody else's process
inline constexpr std::string_view kTraceRefused = "NW232";    // looking into another process
inline constexpr std::string_view kOutOfMemory = "NW301";     // the memory limit killed a process
inline constexpr std::string_view kPidsReached = "NW302";     // the process limit refused a fork
inline constexpr std::string_view kThrottled = "NW303";       // the processor limit held it back
inline constexpr std::string_view kUnhealthy = "NW311";       // the health checks failed
inline constexpr std::string_view kExited = "NW401";          // the application ended
inline constexpr std::string_view kGaveUp = "NW402";          // too many restarts
inline constexpr std::string_view kKeeperLost = "NW403";  // the keeper ended; the tree was killed

}  // namespace nodeward::codes
