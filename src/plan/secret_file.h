// Files of secrets, read so that nothing of them stays behind.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret_buffer.h"

namespace nodeward {

// A regular file of at most `limit` bytes, straight into locked memory. Errors name the path and
// what to do: not there, no permission, a folder, too large.
Result<SecretBuffer> ReadSecretFile(const std::string& path, std::size_t limit,
                                    const std::string& what);

// Whether ReadSecretFile could open it: the same errors, and nothing of the file is read.
Result<void> CheckSecretFile(const std::string& path, std::size_t limit, const std::string& what);

// All that is to be read from a descriptor, at most `limit` bytes.
Result<SecretBuffer> ReadSecretStream(int fd, std::size_t limit, const std::string& what);

// Whether a descriptor that was inherited can be read: open, and a file or a pipe.
Result<void> CheckInherited(int descriptor, const std::string& what);

// All that it gives, at most `limit` bytes. A pipe has 10 s to be written and closed.
Result<SecretBuffer> ReadInherited(int descriptor, std::size_t limit, const std::string& what);

// Asks on /dev/tty without echo. `what` is asked for: "passphrase".
Result<SecretBuffer> AskHidden(const std::string& question, const std::string& what);

}  // namespace nodeward
