// Named values: files, file systems, mounts, memory.
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "decode/values.h"
#include "kernel/architecture.h"

namespace nodeward {
namespace {

#define V(name) \
  NamedValue { static_cast<std::uint32_t>(name), #name }

constexpr std::uint32_t kWhole = 0xffffffff;

// F_OK is 0 and the others are bits, so the bits are listed whole.
constexpr NamedValue kAccess[] = {V(F_OK)};
constexpr NamedValue kAccessBits[] = {V(R_OK), V(W_OK), V(X_OK)};

// 0x200 is AT_EACCESS, AT_REMOVEDIR or MOVE_MOUNT_BENEATH, by the call: so a set for each.
constexpr NamedValue kAt[] = {V(AT_SYMLINK_NOFOLLOW), V(AT_SYMLINK_FOLLOW),   V(AT_NO_AUTOMOUNT),
                              V(AT_EMPTY_PATH),       V(AT_STATX_FORCE_SYNC), V(AT_STATX_DONT_SYNC),
                              V(AT_RECURSIVE)};
constexpr NamedValue kAccessAt[] = {V(AT_SYMLINK_NOFOLLOW), V(AT_EACCESS), V(AT_EMPTY_PATH)};
constexpr NamedValue kUnlinkAt[] = {V(AT_REMOVEDIR)};

constexpr NamedValue kAccessModeOfOpen[] = {V(O_RDONLY), V(O_WRONLY), V(O_RDWR)};
constexpr NamedValue kOpen[] = {V(O_TMPFILE),
                                V(O_SYNC),
                                V(O_CREAT),
                                V(O_EXCL),
                                V(O_NOCTTY),
                                V(O_TRUNC),
                                V(O_APPEND),
                                V(O_NONBLOCK),
                                V(O_DSYNC),
                                V(O_ASYNC),
                                V(O_DIRECT),
                                V(O_PATH),
                                V(O_DIRECTORY),
                                V(O_NOFOLLOW),
                                V(O_NOATIME),
                                V(O_CLOEXEC),
                                {kernel::kLargeFile, "O_LARGEFILE"}};

constexpr NamedValue kDescriptor[] = {V(O_CLOEXEC), V(O_NONBLOCK)};

constexpr NamedValue kMount[] = {
    V(MS_RDONLY),     V(MS_NOSUID),     V(MS_NODEV),     V(MS_NOEXEC),      V(MS_SYNCHRONOUS),
    V(MS_REMOUNT),    V(MS_MANDLOCK),   V(MS_DIRSYNC),   V(MS_NOSYMFOLLOW), V(MS_NOATIME),
    V(MS_NODIRATIME), V(MS_BIND),       V(MS_MOVE),      V(MS_REC),         V(MS_SILENT),
    V(MS_POSIXACL),   V(MS_UNBINDABLE), V(MS_PRIVATE),   V(MS_SLAVE),       V(MS_SHARED),
    V(MS_RELATIME),   V(MS_KERNMOUNT),  V(MS_I_VERSION), V(MS_STRICTATIME), V(MS_LAZYTIME)};
constexpr NamedValue kUnmount[] = {V(MNT_FORCE), V(MNT_DETACH), V(MNT_EXPIRE), V(UMOUNT_NOFOLLOW)};
constexpr NamedValue kOpenTree[] = {V(OPEN_TREE_CLONE), V(OPEN_TREE_CLOEXEC),
                                    V(AT_RECURSIVE),    V(AT_EMPTY_PATH),
                                    V(AT_NO_AUTOMOUNT), V(AT_SYMLINK_NOFOLLOW)};
constexpr NamedValue kMoveMount[] = {V(MOVE_MOUNT_F_SYMLINKS),   V(MOVE_MOUNT_F_AUTOMOUNTS),
                                     V(MOVE_MOUNT_F_EMPTY_PATH), V(MOVE_MOUNT_T_SYMLINKS),
                                     V(MOVE_MOUNT_T_AUTOMOUNTS), V(MOVE_MOUNT_T_EMPTY_PATH),
                                     V(MOVE_MOUNT_SET_GROUP),    {0x200, "MOVE_MOUNT_BENEATH"}};
constexpr NamedValue kFsopen[] = {V(FSOPEN_CLOEXEC)};
constexpr NamedValue kFsmount[] = {V(FSMOUNT_CLOEXEC)};
constexpr NamedValue kFspick[] = {V(FSPICK_CLOEXEC), V(FSPICK_SYMLINK_NOFOLLOW),
                                  V(FSPICK_NO_AUTOMOUNT), V(FSPICK_EMPTY_PATH)};
constexpr NamedValue kFsconfig[] = {
    V(FSCONFIG_SET_FLAG),   V(FSCONFIG_SET_STRING),      V(FSCONFIG_SET_BINARY),
    V(FSCONFIG_SET_PATH),   V(FSCONFIG_SET_PATH_EMPTY),  V(FSCONFIG_SET_FD),
    V(FSCONFIG_CMD_CREATE), V(FSCONFIG_CMD_RECONFIGURE), {8, "FSCONFIG_CMD_CREATE_EXCL"}};
constexpr NamedValue kMountAttribute[] = {
    V(MOUNT_ATTR_RDONLY),     V(MOUNT_ATTR_NOSUID),  V(MOUNT_ATTR_NODEV),
    V(MOUNT_ATTR_NOEXEC),     V(MOUNT_ATTR_NOATIME), V(MOUNT_ATTR_STRICTATIME),
    V(MOUNT_ATTR_NODIRATIME), V(MOUNT_ATTR_IDMAP),   V(MOUNT_ATTR_NOSYMFOLLOW)};

constexpr NamedValue kRename[] = {V(RENAME_NOREPLACE), V(RENAME_EXCHANGE), V(RENAME_WHITEOUT)};
constexpr NamedValue kXattr[] = {V(XATTR_CREATE), V(XATTR_REPLACE)};

constexpr NamedValue kFcntl[] = {V(F_DUPFD),
                                 V(F_GETFD),
                                 V(F_SETFD),
                                 V(F_GETFL),
                                 V(F_SETFL),
                                 V(F_GETLK),
                                 V(F_SETLK),
                                 V(F_SETLKW),
                                 V(F_SETOWN),
                                 V(F_GETOWN),
                                 V(F_SETSIG),
                                 V(F_GETSIG),
                                 V(F_SETOWN_EX),
                                 V(F_GETOWN_EX),
                                 V(F_OFD_GETLK),
                                 V(F_OFD_SETLK),
                                 V(F_OFD_SETLKW),
                                 V(F_SETLEASE),
                                 V(F_GETLEASE),
                                 V(F_NOTIFY),
                                 V(F_DUPFD_CLOEXEC),
                                 V(F_SETPIPE_SZ),
                                 V(F_GETPIPE_SZ),
                                 V(F_ADD_SEALS),
                                 V(F_GET_SEALS),
                                 V(F_GET_RW_HINT),
                                 V(F_SET_RW_HINT),
                                 V(F_GET_FILE_RW_HINT),
                                 V(F_SET_FILE_RW_HINT),
                                 {17, "F_GETOWNER_UIDS"}};

constexpr NamedValue kInotify[] = {
    V(IN_ACCESS),      V(IN_MODIFY),     V(IN_ATTRIB),   V(IN_CLOSE_WRITE), V(IN_CLOSE_NOWRITE),
    V(IN_OPEN),        V(IN_MOVED_FROM), V(IN_MOVED_TO), V(IN_CREATE),      V(IN_DELETE),
    V(IN_DELETE_SELF), V(IN_MOVE_SELF),  V(IN_ONLYDIR),  V(IN_DONT_FOLLOW), V(IN_EXCL_UNLINK),
    V(IN_MASK_CREATE), V(IN_MASK_ADD),   V(IN_ONESHOT)};
constexpr NamedValue kFanotifyClasses[] = {V(FAN_CLASS_NOTIF), V(FAN_CLASS_CONTENT),
                                           V(FAN_CLASS_PRE_CONTENT)};
constexpr NamedValue kFanotifyInit[] = {
    V(FAN_CLOEXEC),         V(FAN_NONBLOCK),       V(FAN_UNLIMITED_QUEUE),
    V(FAN_UNLIMITED_MARKS), V(FAN_ENABLE_AUDIT),   V(FAN_REPORT_TID),
    V(FAN_REPORT_FID),      V(FAN_REPORT_DIR_FID), V(FAN_REPORT_NAME)};
constexpr NamedValue kFanotifyMark[] = {
    V(FAN_MARK_ADD),         V(FAN_MARK_REMOVE),       V(FAN_MARK_FLUSH),
    V(FAN_MARK_DONT_FOLLOW), V(FAN_MARK_ONLYDIR),      V(FAN_MARK_MOUNT),
    V(FAN_MARK_FILESYSTEM),  V(FAN_MARK_IGNORED_MASK), V(FAN_MARK_IGNORED_SURV_MODIFY)};

constexpr NamedValue kMemfd[] = {V(MFD_CLOEXEC),
                                 V(MFD_ALLOW_SEALING),
                                 V(MFD_HUGETLB),
                                 {0x8, "MFD_NOEXEC_SEAL"},
                                 {0x10, "MFD_EXEC"}};
constexpr NamedValue kNoProtection[] = {V(PROT_NONE)};
constexpr NamedValue kProtection[] = {V(PROT_READ), V(PROT_WRITE), V(PROT_EXEC), V(PROT_GROWSDOWN),
                                      V(PROT_GROWSUP)};
constexpr NamedValue kMapTypes[] = {V(MAP_SHARED), V(MAP_PRIVATE), V(MAP_SHARED_VALIDATE)};
constexpr NamedValue kMap[] = {V(MAP_FIXED),     V(MAP_ANONYMOUS), V(MAP_GROWSDOWN),
                               V(MAP_DENYWRITE), V(MAP_LOCKED),    V(MAP_NORESERVE),
                               V(MAP_POPULATE),  V(MAP_NONBLOCK),  V(MAP_STACK),
                               V(MAP_HUGETLB),   V(MAP_SYNC),      V(MAP_FIXED_NOREPLACE)};
constexpr NamedValue kMsync[] = {V(MS_ASYNC), V(MS_INVALIDATE), V(MS_SYNC)};

#undef V

}  // namespace

constinit const NamedSet kAccessAtFlags = {.flags = kAccessAt};
constinit const NamedSet kAccessModes = {kAccess, kWhole, kAccessBits};
constinit const NamedSet kAtFlags = {.flags = kAt};
constinit const NamedSet kDescriptorFlags = {.flags = kDescriptor};
constinit const NamedSet kFanotifyInitFlags = {kFanotifyClasses, 0xc, kFanotifyInit};
constinit const NamedSet kFanotifyMarkFlags = {.flags = kFanotifyMark};
constinit const NamedSet kFcntlCommands = {kFcntl, kWhole};
constinit const NamedSet kFsconfigCommands = {kFsconfig, kWhole};
constinit const NamedSet kFsmountFlags = {.flags = kFsmount};
constinit const NamedSet kFsopenFlags = {.flags = kFsopen};
constinit const NamedSet kFspickFlags = {.flags = kFspick};
constinit const NamedSet kInotifyMask = {.flags = kInotify};
constinit const NamedSet kMemfdFlags = {.flags = kMemfd};
constinit const NamedSet kMmapFlags = {kMapTypes, MAP_TYPE, kMap};
constinit const NamedSet kMountAttributes = {.flags = kMountAttribute};
constinit const NamedSet kMountFlags = {.flags = kMount};
constinit const NamedSet kMoveMountFlags = {.flags = kMoveMount};
constinit const NamedSet kMsyncFlags = {.flags = kMsync};
constinit const NamedSet kOpenFlags = {kAccessModeOfOpen, O_ACCMODE, kOpen};
constinit const NamedSet kOpenTreeFlags = {.flags = kOpenTree};
constinit const NamedSet kProtections = {kNoProtection, kWhole, kProtection};
constinit const NamedSet kRenameFlags = {.flags = kRename};
constinit const NamedSet kStatusFlags = {.flags = kOpen};
constinit const NamedSet kUnlinkAtFlags = {.flags = kUnlinkAt};
constinit const NamedSet kUnmountFlags = {.flags = kUnmount};
constinit const NamedSet kXattrFlags = {.flags = kXattr};

}  // namespace nodeward
