// Named values: sockets and device requests.
#include <asm/ioctls.h>
#include <linux/fs.h>
#include <linux/if_packet.h>
#include <linux/kd.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <linux/vt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "decode/values.h"

namespace nodeward {
namespace {

#define V(name) \
  NamedValue { static_cast<std::uint32_t>(name), #name }

constexpr std::uint32_t kWhole = 0xffffffff;

constexpr NamedValue kFamilies[] = {
    V(AF_UNSPEC),     V(AF_UNIX),      V(AF_INET),     V(AF_AX25),  V(AF_IPX),     V(AF_APPLETALK),
    V(AF_NETROM),     V(AF_BRIDGE),    V(AF_ATMPVC),   V(AF_X25),   V(AF_INET6),   V(AF_ROSE),
    V(AF_DECnet),     V(AF_NETBEUI),   V(AF_SECURITY), V(AF_KEY),   V(AF_NETLINK), V(AF_PACKET),
    V(AF_ASH),        V(AF_ECONET),    V(AF_ATMSVC),   V(AF_RDS),   V(AF_SNA),     V(AF_IRDA),
    V(AF_PPPOX),      V(AF_WANPIPE),   V(AF_LLC),      V(AF_IB),    V(AF_MPLS),    V(AF_CAN),
    V(AF_TIPC),       V(AF_BLUETOOTH), V(AF_IUCV),     V(AF_RXRPC), V(AF_ISDN),    V(AF_PHONET),
    V(AF_IEEE802154), V(AF_CAIF),      V(AF_ALG),      V(AF_NFC),   V(AF_VSOCK),   V(AF_KCM),
    V(AF_QIPCRTR),    V(AF_SMC),       V(AF_XDP),      V(AF_MCTP)};

constexpr NamedValue kTypes[] = {V(SOCK_STREAM),    V(SOCK_DGRAM), V(SOCK_RAW),   V(SOCK_RDM),
                                 V(SOCK_SEQPACKET), V(SOCK_DCCP),  V(SOCK_PACKET)};
constexpr NamedValue kTypeFlags[] = {V(SOCK_CLOEXEC), V(SOCK_NONBLOCK)};

constexpr NamedValue kInet[] = {
    V(IPPROTO_IP),   V(IPPROTO_ICMP),    V(IPPROTO_IGMP), V(IPPROTO_IPIP),
    V(IPPROTO_TCP),  V(IPPROTO_UDP),     V(IPPROTO_DCCP), V(IPPROTO_IPV6),
    V(IPPROTO_GRE),  V(IPPROTO_ESP),     V(IPPROTO_AH),   V(IPPROTO_ICMPV6),
    V(IPPROTO_SCTP), V(IPPROTO_UDPLITE), V(IPPROTO_RAW),  V(IPPROTO_MPTCP)};
constexpr NamedValue kNetlink[] = {
    V(NETLINK_ROUTE),      V(NETLINK_USERSOCK),      V(NETLINK_FIREWALL),
    V(NETLINK_SOCK_DIAG),  V(NETLINK_NFLOG),         V(NETLINK_XFRM),
    V(NETLINK_SELINUX),    V(NETLINK_ISCSI),         V(NETLINK_AUDIT),
    V(NETLINK_FIB_LOOKUP), V(NETLINK_CONNECTOR),     V(NETLINK_NETFILTER),
    V(NETLINK_IP6_FW),     V(NETLINK_DNRTMSG),       V(NETLINK_KOBJECT_UEVENT),
    V(NETLINK_GENERIC),    V(NETLINK_SCSITRANSPORT), V(NETLINK_ECRYPTFS),
    V(NETLINK_RDMA),       V(NETLINK_CRYPTO),        V(NETLINK_SMC)};
constexpr NamedValue kLevels[] = {V(SOL_SOCKET), V(SOL_IP),       V(SOL_IPV6),
                                  V(SOL_TCP),    V(SOL_PACKET),   V(SOL_NETLINK),
                                  V(SOL_ALG),    {17, "SOL_UDP"}, {284, "SOL_MPTCP"}};
constexpr NamedValue kHow[] = {V(SHUT_RD), V(SHUT_WR), V(SHUT_RDWR)};
constexpr NamedValue kMessage[] = {
    V(MSG_OOB),        V(MSG_PEEK),     V(MSG_DONTROUTE), V(MSG_CTRUNC),
    V(MSG_TRUNC),      V(MSG_DONTWAIT), V(MSG_EOR),       V(MSG_WAITALL),
    V(MSG_CONFIRM),    V(MSG_ERRQUEUE), V(MSG_NOSIGNAL),  V(MSG_MORE),
    V(MSG_WAITFORONE), V(MSG_ZEROCOPY), V(MSG_FASTOPEN),  V(MSG_CMSG_CLOEXEC)};

constexpr NamedValue kIoctl[] = {V(TIOCSTI),
                                 V(TIOCLINUX),
                                 V(TIOCSCTTY),
                                 V(TIOCNOTTY),
                                 V(TIOCCONS),
                                 V(TIOCSETD),
                                 V(TIOCGETD),
                                 V(TIOCSWINSZ),
                                 V(TIOCGWINSZ),
                                 V(TIOCSPGRP),
                                 V(TIOCGPGRP),
                                 V(TIOCGSID),
                                 V(TIOCEXCL),
                                 V(TIOCNXCL),
                                 V(TIOCOUTQ),
                                 V(TIOCMGET),
                                 V(TIOCMSET),
                                 V(TIOCMBIS),
                                 V(TIOCMBIC),
                                 V(TIOCPKT),
                                 V(TIOCGPTN),
                                 V(TIOCSPTLCK),
                                 V(TIOCGPTPEER),
                                 V(TIOCSIG),
                                 V(TIOCVHANGUP),
                                 V(TIOCGSERIAL),
                                 V(TIOCSSERIAL),
                                 V(TIOCSBRK),
                                 V(TIOCCBRK),
                                 V(TIOCGDEV),
                                 V(TCGETS),
                                 V(TCSETS),
                                 V(TCSETSW),
                                 V(TCSETSF),
                                 V(TCGETA),
                                 V(TCSETA),
                                 V(TCSETAW),
                                 V(TCSETAF),
                                 V(TCSBRK),
                                 V(TCSBRKP),
                                 V(TCXONC),
                                 V(TCFLSH),
                                 V(FIONREAD),
                                 V(FIONBIO),
                                 V(FIONCLEX),
                                 V(FIOCLEX),
                                 V(FIOASYNC),
                                 V(FIOQSIZE),
                                 V(FIOSETOWN),
                                 V(FIOGETOWN),
                                 V(SIOCSPGRP),
                                 V(SIOCGPGRP),
                                 V(SIOCATMARK),
                                 V(SIOCADDRT),
                                 V(SIOCDELRT),
                                 V(SIOCGIFNAME),
                                 V(SIOCGIFCONF),
                                 V(SIOCGIFFLAGS),
                                 V(SIOCSIFFLAGS),
                                 V(SIOCGIFADDR),
                                 V(SIOCSIFADDR),
                                 V(SIOCGIFDSTADDR),
                                 V(SIOCSIFDSTADDR),
                                 V(SIOCGIFBRDADDR),
                                 V(SIOCSIFBRDADDR),
                                 V(SIOCGIFNETMASK),
                                 V(SIOCSIFNETMASK),
                                 V(SIOCGIFMTU),
                                 V(SIOCSIFMTU),
                                 V(SIOCSIFNAME),
                                 V(SIOCGIFHWADDR),
                                 V(SIOCSIFHWADDR),
                                 V(SIOCGIFINDEX),
                                 V(SIOCETHTOOL),
                                 V(SIOCSARP),
                                 V(SIOCDARP),
                                 V(SIOCBRADDBR),
                                 V(SIOCBRDELBR),
                                 V(SIOCBRADDIF),
                                 V(SIOCBRDELIF),
                                 V(FICLONE),
                                 V(FICLONERANGE),
                                 V(FIDEDUPERANGE),
                                 V(FS_IOC_GETFLAGS),
                                 V(FS_IOC_SETFLAGS),
                                 V(FIFREEZE),
                                 V(FITHAW),
                                 V(FITRIM),
                                 V(BLKROSET),
                                 V(BLKRRPART),
                                 V(BLKGETSIZE64),
                                 V(BLKDISCARD),
                                 V(KDSETMODE),
                                 V(KDSKBMODE),
                                 V(KDSKBENT),
                                 V(KDSKBSENT),
                                 V(KDSETLED),
                                 V(VT_ACTIVATE),
                                 V(VT_SETMODE),
                                 V(VT_LOCKSWITCH),
                                 {0x400454ca, "TUNSETIFF"},
                                 {0xae01, "KVM_CREATE_VM"}};

#undef V

}  // namespace

constinit const NamedSet kAddressFamilies = {kFamilies, kWhole};
constinit const NamedSet kInetProtocols = {kInet, kWhole};
constinit const NamedSet kIoctlRequests = {kIoctl, kWhole};
constinit const NamedSet kMessageFlags = {.flags = kMessage};
constinit const NamedSet kNetlinkProtocols = {kNetlink, kWhole};
constinit const NamedSet kShutdownHow = {kHow, kWhole};
constinit const NamedSet kSocketLevels = {kLevels, kWhole};
constinit const NamedSet kSocketTypes = {kTypes, 0xf, kTypeFlags};

}  // namespace nodeward
