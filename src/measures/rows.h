// The rows of the registry, one for each file of this folder.
#pragma once

#include "measures/measure.h"

namespace nodeward {

extern const Measure kSessionMeasure;
extern const Measure kCgroupMeasure;
extern const Measure kNamespacesMeasure;
extern const Measure kLimitsMeasure;
extern const Measure kBoundingMeasure;
extern const Measure kIdentityMeasure;
extern const Measure kCapabilitiesMeasure;
extern const Measure kParentDeathMeasure;
extern const Measure kNoNewPrivsMeasure;
extern const Measure kEnvironmentMeasure;
extern const Measure kNetworkMeasure;
extern const Measure kLandlockMeasure;
extern const Measure kDescriptorsMeasure;
extern const Measure kDeliveryMeasure;
extern const Measure kSeccompMeasure;

}  // namespace nodeward
