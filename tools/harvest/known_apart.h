// Headers that are known not to go with most others. To start from what is
// known saves rounds of finding it out; nothing is believed because of it.

#ifndef PLUMBLINE_TOOLS_HARVEST_KNOWN_APART_H_
#define PLUMBLINE_TOOLS_HARVEST_KNOWN_APART_H_

#include <array>
#include <string_view>

#include "tools/harvest/surface.h"

namespace plumbline::harvest {

struct KnownApart {
  Side side;
  int group;  // where to try it first; 0: it fails alone
  std::string_view header;
};

inline constexpr auto kKnownApart = std::to_array<KnownApart>({
    {Side::kGlibc, 0, "regexp.h"},
    {Side::kGlibc, 0, "sys/elf.h"},
    {Side::kGlibc, 0, "sys/vm86.h"},
    {Side::kGlibc, 1, "arpa/tftp.h"},
    {Side::kGlibc, 1, "pthread.h"},
    {Side::kGlibc, 1, "re_comp.h"},
    {Side::kGlibc, 1, "scsi/scsi.h"},
    {Side::kGlibc, 1, "stdlib.h"},
    {Side::kGlibc, 1, "sys/vlimit.h"},
    {Side::kGlibc, 2, "arpa/nameser.h"},
    {Side::kGlibc, 2, "values.h"},
    {Side::kGlibc, 3, "protocols/talkd.h"},
    {Side::kGlibc, 3, "regex.h"},
    {Side::kGlibc, 4, "glob.h"},
    {Side::kUapi, 0, "asm-generic/ucontext.h"},
    {Side::kUapi, 0, "asm/ucontext.h"},
    {Side::kUapi, 0, "linux/coda.h"},
    {Side::kUapi, 0, "linux/errqueue.h"},
    {Side::kUapi, 0, "linux/hdlc/ioctl.h"},
    {Side::kUapi, 0, "linux/kfd_ioctl.h"},
    {Side::kUapi, 0, "linux/patchkey.h"},
    {Side::kUapi, 0, "linux/phonet.h"},
    {Side::kUapi, 0, "linux/sctp.h"},
    {Side::kUapi, 0, "xen/evtchn.h"},
    {Side::kUapi, 0, "xen/gntdev.h"},
    {Side::kUapi, 0, "xen/privcmd.h"},
    {Side::kUapi, 1, "asm-generic/sembuf.h"},
    {Side::kUapi, 1, "asm-generic/termios.h"},
    {Side::kUapi, 1, "asm-generic/unistd.h"},
    {Side::kUapi, 1, "asm/stat.h"},
    {Side::kUapi, 1, "asm/termios.h"},
    {Side::kUapi, 1, "linux/keyboard.h"},
    {Side::kUapi, 1, "linux/mptcp.h"},
    {Side::kUapi, 1, "linux/netfilter_bridge.h"},
    {Side::kUapi, 1, "linux/netfilter_bridge/ebtables.h"},
    {Side::kUapi, 1, "linux/netfilter_ipv4/ipt_TTL.h"},
    {Side::kUapi, 1, "linux/netfilter_ipv4/ipt_ecn.h"},
    {Side::kUapi, 1, "linux/netfilter_ipv6/ip6t_HL.h"},
    {Side::kUapi, 1, "linux/sonet.h"},
    {Side::kUapi, 1, "linux/soundcard.h"},
    {Side::kUapi, 1, "linux/termios.h"},
    {Side::kUapi, 1, "linux/wait.h"},
    {Side::kUapi, 2, "asm/signal.h"},
    {Side::kUapi, 2, "asm/unistd_32.h"},
    {Side::kUapi, 2, "linux/atmdev.h"},
    {Side::kUapi, 2, "linux/openvswitch.h"},
    {Side::kUapi, 2, "linux/resource.h"},
    {Side::kUapi, 2, "linux/signal.h"},
    {Side::kUapi, 2, "linux/target_core_user.h"},
    {Side::kUapi, 2, "linux/time.h"},
    {Side::kUapi, 2, "linux/timex.h"},
    {Side::kUapi, 2, "linux/tipc.h"},
    {Side::kUapi, 2, "linux/tipc_config.h"},
    {Side::kUapi, 2, "linux/uio.h"},
    {Side::kUapi, 3, "asm-generic/signal.h"},
    {Side::kUapi, 3, "asm/unistd_x32.h"},
    {Side::kUapi, 3, "linux/byteorder/big_endian.h"},
    {Side::kUapi, 4, "asm-generic/int-l64.h"},
    {Side::kUapi, 4, "asm/posix_types_32.h"},
    {Side::kUapi, 5, "linux/if_arp.h"},
    // By itself: it gives other types to what asm-generic/posix_types.h names.
    {Side::kUapi, 6, "asm/posix_types_x32.h"},
});

// Headers that ask for macros of many others, and so come before them, or the
// other way round.
struct KnownPlace {
  Side side;
  std::string_view header;
  std::string_view as;  // sorted as if this were its name
};

inline constexpr auto kKnownPlaces = std::to_array<KnownPlace>({
    {Side::kGlibc, "fnmatch.h", ""},
    // So that it owns the types that others declare unless one has.
    {Side::kGlibc, "sys/types.h", ""},
    {Side::kGlibc, "memory.h", ""},
    {Side::kGlibc, "string.h", ""},
    {Side::kGlibc, "stdio.h", ""},
    {Side::kGlibc, "wctype.h", ""},
    {Side::kGlibc, "sys/file.h", ""},
    {Side::kGlibc, "sys/ttydefaults.h", ""},
    {Side::kGlibc, "ar.h", "~"},
    {Side::kGlibc, "netinet/igmp.h", "~"},
    {Side::kGlibc, "sys/auxv.h", "~"},
    {Side::kGlibc, "sys/cdefs.h", "~"},
    {Side::kGlibc, "sys/rseq.h", "~"},
    {Side::kGlibc, "sys/un.h", "~"},
    {Side::kGlibc, "resolv.h", "~"},
    {Side::kGlibc, "argp.h", "~"},
    {Side::kGlibc, "getopt.h", "~"},
    {Side::kGlibc, "thread_db.h", "~"},
    {Side::kUapi, "linux/stat.h", "linux/"},
    {Side::kUapi, "linux/acct.h", "linux/"},
    {Side::kUapi, "linux/aio_abi.h", "linux/"},
    {Side::kUapi, "linux/raid/md_p.h", "linux/"},
    {Side::kUapi, "linux/auto_dev-ioctl.h", "linux/"},
});

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_KNOWN_APART_H_
