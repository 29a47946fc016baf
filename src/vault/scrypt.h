// The scrypt (passphrase) recipient stanza. Source: C2SP age.md, "The scrypt recipient type".
#pragma once

#include <string>

#include "base/secret_buffer.h"
#include "vault/header.h"
#include "vault/vault.h"

namespace nodeward {

// 2^20 takes 1 GiB and a few seconds; age writes 2^18. Whoever writes the file chooses the factor,
// so without a limit a hostile file ends the launch by the OOM killer.
inline constexpr unsigned kMaxWorkFactor = 20;

// What is written, as age does: 256 MiB and about a second for each guess.
inline constexpr unsigned kWorkFactor = 18;

// The stanza, with its newline, of a file key that the passphrase wraps; a salt of its own each
// time. Fails with kMemory.
AgeResult<std::string> WrapScrypt(const SecretBuffer& file_key, const SecretBuffer& passphrase,
                                  unsigned work_factor);

// Asks for the passphrase and unwraps the file key. The stanza's shape, the work factor and the
// memory are judged before anybody is asked. Fails with kHeader, kWorkFactor, kMemory,
// kNeedsPassphrase, kPrompt or kWrongPassphrase.
AgeResult<SecretBuffer> UnwrapScrypt(const Stanza& stanza, const VaultKeys& keys);

}  // namespace nodeward
