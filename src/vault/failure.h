// How opening an age file can fail, and what the operator is told. Parent only.
// Every message of the decryption is written in failure.cc; none holds content of file or key.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "base/result.h"

namespace nodeward {

enum class AgeFailure {
  kNotAge,            // neither an age header nor ASCII armour
  kVersion,           // an age file of a version other than v1
  kArmor,             // the ASCII armour breaks a rule of it
  kHeader,            // the header breaks a rule of the format
  kHeaderCut,         // the file ends before the payload
  kHeaderTampered,    // the header's HMAC differs
  kNeedsIdentity,     // encrypted to a key, no identity given
  kNeedsPassphrase,   // encrypted with a passphrase, nobody to ask for it
  kIdentity,          // the identity file cannot be used
  kNoMatch,           // no identity opens it
  kWrongPassphrase,   // the passphrase does not open it
  kWorkFactor,        // scrypt would take more than it may
  kMemory,            // the machine refused the memory
  kPayloadTruncated,  // the final chunk is missing
  kPayloadTampered,   // a chunk does not authenticate
  kPrompt,            // the passphrase could not be asked for; the error is the prompt's own
};

struct [[nodiscard]] AgeError {
  AgeFailure failure;
  Error error;
};

template <class T>
using AgeResult = tl::expected<T, AgeError>;

// The failure in words. `detail` follows the message after a colon; it may be empty.
tl::unexpected<AgeError> FailAge(AgeFailure failure, const std::string& detail = {});

// kIdentity at one line of the identity file. `what` is the whole message.
tl::unexpected<AgeError> FailIdentity(const std::string& path, std::size_t line, std::string what,
                                      std::string hint);

}  // namespace nodeward
