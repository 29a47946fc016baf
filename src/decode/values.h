// Named values of system call arguments. Private to decode*.cc. Values come from the headers of the
// kernel and the C library; those younger than Debian 12's are written as numbers.
#pragma once

#include "decode/table.h"

namespace nodeward {

// values_files.cc
extern const NamedSet kAccessAtFlags;
extern const NamedSet kAccessModes;
extern const NamedSet kAtFlags;
extern const NamedSet kDescriptorFlags;
extern const NamedSet kFanotifyInitFlags;
extern const NamedSet kFanotifyMarkFlags;
extern const NamedSet kFcntlCommands;
extern const NamedSet kFsconfigCommands;
extern const NamedSet kFsmountFlags;
extern const NamedSet kFsopenFlags;
extern const NamedSet kFspickFlags;
extern const NamedSet kInotifyMask;
extern const NamedSet kMemfdFlags;
extern const NamedSet kMmapFlags;
extern const NamedSet kMountAttributes;
extern const NamedSet kMountFlags;
extern const NamedSet kMoveMountFlags;
extern const NamedSet kMsyncFlags;
extern const NamedSet kOpenFlags;
extern const NamedSet kOpenTreeFlags;
extern const NamedSet kProtections;
extern const NamedSet kRenameFlags;
extern const NamedSet kStatusFlags;
extern const NamedSet kUnlinkAtFlags;
extern const NamedSet kUnmountFlags;
extern const NamedSet kXattrFlags;

// values_process.cc
extern const NamedSet kBpfCommands;
extern const NamedSet kClocks;
extern const NamedSet kCloneFlags;
extern const NamedSet kDeleteModuleFlags;
extern const NamedSet kFinitModuleFlags;
extern const NamedSet kKeyctlOperations;
extern const NamedSet kKeyrings;
extern const NamedSet kLandlockRuleTypes;
extern const NamedSet kNamespaceTypes;
extern const NamedSet kPersonalities;
extern const NamedSet kPrctlOptions;
extern const NamedSet kPriorityTargets;
extern const NamedSet kPtraceRequests;
extern const NamedSet kRebootCommands;
extern const NamedSet kResources;
extern const NamedSet kSchedulers;
extern const NamedSet kSeccompOperations;
extern const NamedSet kSignals;
extern const NamedSet kUnshareFlags;

// values_net.cc
extern const NamedSet kAddressFamilies;
extern const NamedSet kInetProtocols;
extern const NamedSet kIoctlRequests;
extern const NamedSet kMessageFlags;
extern const NamedSet kNetlinkProtocols;
extern const NamedSet kShutdownHow;
extern const NamedSet kSocketLevels;
extern const NamedSet kSocketTypes;

}  // namespace nodeward
