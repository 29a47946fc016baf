// The scrypt (passphrase) recipient stanza. Source: C2SP age.md, "The scrypt recipient type".
#pragma once

#include "base/secret_buffer.h"
#include "vault/header.h"
#include "vault/vault.h"

namespace nodeward {

// 2^20 takes 1 GiB and a few seconds; age writes 2^18. Whoever writes the file chooses the factor,
// so without a limit a hostile file ends the launch by the OOM killer.
inline constexpr unsigned kMaxWorkFactor = 20;

// Asks for the passphrase and unwraps the file key. The stanza's shape, the work factor and the
// memory are judged before anybody is asked. Fails with kHeader, kWorkFactor, kMemory,
// kNeedsPassphrase, kPrompt or kWrongPassphrase.
AgeResult<SecretBuffer> UnwrapScrypt(const Stanza& stanza, const VaultKeys& keys);

}  // namespace nodeward
