// The secrets of an event, masked before it is formatted: so that every format stays what it is.
#pragma once

#include "events/event.h"
#include "mask/mask.h"

namespace nodeward {

// Replaces each occurrence of a needle in the message and in the fields' values. Thread-safe.
void MaskEvent(const Mask& mask, Event& event);

}  // namespace nodeward
