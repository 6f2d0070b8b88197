// Provocations of prctl(2) and its operations.

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

// What older headers lack.
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_MDWE_REFUSE_EXEC_GAIN 1UL
#endif
#ifndef PR_MDWE_NO_INHERIT
#define PR_MDWE_NO_INHERIT 2UL
#endif
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif
#ifndef PR_RISCV_SET_ICACHE_FLUSH_CTX
#define PR_RISCV_SET_ICACHE_FLUSH_CTX 71
#define PR_RISCV_CTX_SW_FENCEI_OFF 1
#define PR_RISCV_SCOPE_PER_THREAD 1
#endif
#ifndef PR_FUTEX_HASH
#define PR_FUTEX_HASH 78
#define PR_FUTEX_HASH_SET_SLOTS 1
#define PR_FUTEX_HASH_GET_SLOTS 2
#endif

namespace {

// No capability has this number.
const long kNoCapability = 1000;

// Gets all capabilities, in a user namespace of its own.
void GetCapabilities() {
  if (unshare(CLONE_NEWUSER) == 0) {
    // Some security modules let a process make one, and then refuse all
    // that takes a capability.
    if (chroot("/") != 0) SKIP("a user namespace gives no capabilities here");
    return;
  }
  __user_cap_header_struct header = {};
  header.version = _LINUX_CAPABILITY_VERSION_3;
  __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = {};
  MUST(syscall(SYS_capget, &header, has));
  if ((has[0].effective & 1U << CAP_SETPCAP) == 0)
    SKIP("a user namespace is refused here");
}

// Makes every permitted capability inheritable too.
void InheritCapabilities() {
  __user_cap_header_struct header = {};
  header.version = _LINUX_CAPABILITY_VERSION_3;
  __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = {};
  MUST(syscall(SYS_capget, &header, has));
  for (__user_cap_data_struct& set : has) set.inheritable = set.permitted;
  MUST(syscall(SYS_capset, &header, has));
}

void NeedSysResource() {
  if (prctl(PR_GET_IO_FLUSHER, 0L, 0L, 0L, 0L) == -1)
    SKIP("needs CAP_SYS_RESOURCE in the initial user namespace");
}

// Memory of its own.
void* Memory(int protection) {
  return MUST(
      mmap(nullptr, 65536, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

// The same, below the program.
void* LowMemory(int protection) {
  return MUST(mmap(reinterpret_cast<void*>(0x40000), 65536, protection,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
}

// A filter of so many instructions that allows everything.
sock_fprog AllowAll(unsigned short length) {
  static sock_filter instructions[BPF_MAXINSNS + 1];
  for (sock_filter& instruction : instructions)
    instruction = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  return {length, instructions};
}

void SetNoNewPrivileges() { MUST(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L)); }

void DropNoNewPrivileges() {
  DropCapabilities();
  if (prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1)
    SKIP("no_new_privs is set, and can't be cleared");
}

// The size of the kernel's struct prctl_mm_map.
long MapSize() {
  unsigned size = 0;
  if (prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0L, 0L) == -1)
    SKIP("the kernel has no PR_SET_MM_MAP, of CONFIG_CHECKPOINT_RESTORE");
  return size;
}

// A map that the kernel would take.
prctl_mm_map Map() {
  if (MapSize() != sizeof(prctl_mm_map))
    SKIP("the kernel's struct prctl_mm_map is that of another architecture");
  const unsigned long start =
      reinterpret_cast<unsigned long>(Memory(PROT_READ | PROT_WRITE));
  prctl_mm_map map = {};
  map.start_code = map.start_data = map.start_stack = start;
  map.arg_start = map.env_start = start;
  map.end_code = map.end_data = map.arg_end = map.env_end = start + 4096;
  map.start_brk = map.brk = start + 8192;
  map.exe_fd = -1;
  return map;
}

void NeedPrivateHash() {
  if (prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_GET_SLOTS, 0L, 0L, 0L) == -1)
    SKIP("the kernel has no hash of CONFIG_FUTEX_PRIVATE_HASH");
}

void NeedNamedMemory() {
  void* const addr = Memory(PROT_READ);
  const char* const name = "name";
  if (prctl(PR_SET_VMA, 0L, addr, 4096L, name) == -1)
    SKIP("the kernel has no names of memory, of CONFIG_ANON_VMA_NAME");
}

bool IsControllable(long misfeature) {
  const int state = prctl(PR_GET_SPECULATION_CTRL, misfeature, 0L, 0L, 0L);
  return state > 0 && (state & PR_SPEC_PRCTL) != 0;
}

}  // namespace

PROVOKE(prctl, EINVAL, op_unknown) { CALL(prctl(12345, 0L, 0L, 0L, 0L)); }

PROVOKE(prctl, EINVAL, unused_not_zero) {
  CALL(prctl(PR_MCE_KILL_GET, 0L, 0L, 0L, 1L));
}

PROVOKE(prctl, EINVAL, unnamed_not_zero) {
  CALL(prctl(PR_GET_DUMPABLE, 1L, 1L, 1L, 1L));
}

PROVOKE_OPERATION(prctl, PR_CAPBSET_READ, EINVAL, cap_unknown) {
  CALL(prctl(PR_CAPBSET_READ, kNoCapability));
}

PROVOKE_OPERATION(prctl, PR_CAPBSET_DROP, EINVAL, cap_unknown) {
  GetCapabilities();
  CALL(prctl(PR_CAPBSET_DROP, kNoCapability));
}

REASON_OPERATION(prctl, PR_CAPBSET_DROP, EINVAL, no_file_capabilities) {
  HOLDS(prctl(PR_CAPBSET_READ, 0L) >= 0);
}

PROVOKE_OPERATION(prctl, PR_CAPBSET_DROP, EPERM, no_capability) {
  DropCapabilities();
  CALL(prctl(PR_CAPBSET_DROP, long{CAP_CHOWN}));
}

PROVOKE_OPERATION(prctl, PR_CAPBSET_DROP, EPERM,
                  no_capability_and_cap_unknown) {
  DropCapabilities();
  CALL(prctl(PR_CAPBSET_DROP, kNoCapability));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT, EINVAL, op_unknown) {
  CALL(prctl(PR_CAP_AMBIENT, 42L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_CLEAR_ALL, EINVAL, unused_not_zero) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_IS_SET, EINVAL, cap_unknown) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, kNoCapability, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_IS_SET, EINVAL, unused_not_zero) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, long{CAP_CHOWN}, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_LOWER, EINVAL, cap_unknown) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, kNoCapability, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_LOWER, EINVAL, unused_not_zero) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, long{CAP_CHOWN}, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_RAISE, EINVAL, cap_unknown) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kNoCapability, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_RAISE, EINVAL, unused_not_zero) {
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, long{CAP_CHOWN}, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_RAISE, EINVAL,
                  cap_unknown_and_no_capability) {
  DropCapabilities();
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kNoCapability, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_RAISE, EPERM, not_permitted) {
  DropCapabilities();
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, long{CAP_CHOWN}, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_RAISE, EPERM, not_inheritable) {
  GetCapabilities();
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, long{CAP_CHOWN}, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_CAP_AMBIENT_RAISE, EPERM, forbidden) {
  GetCapabilities();
  InheritCapabilities();
  MUST(prctl(PR_SET_SECUREBITS, long{SECBIT_NO_CAP_AMBIENT_RAISE}));
  CALL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, long{CAP_CHOWN}, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_KEEPCAPS, EINVAL, state_unknown) {
  CALL(prctl(PR_SET_KEEPCAPS, 2L));
}

PROVOKE_OPERATION(prctl, PR_SET_KEEPCAPS, EINVAL, state_unknown_and_locked) {
  GetCapabilities();
  MUST(prctl(PR_SET_SECUREBITS, long{SECBIT_KEEP_CAPS_LOCKED}));
  CALL(prctl(PR_SET_KEEPCAPS, 2L));
}

PROVOKE_OPERATION(prctl, PR_SET_KEEPCAPS, EPERM, locked) {
  GetCapabilities();
  MUST(prctl(PR_SET_SECUREBITS, long{SECBIT_KEEP_CAPS_LOCKED}));
  CALL(prctl(PR_SET_KEEPCAPS, 1L));
}

PROVOKE_OPERATION(prctl, PR_SET_SECUREBITS, EINVAL, flags_unknown) {
  GetCapabilities();
  CALL(prctl(PR_SET_SECUREBITS, 1L << 30));
}

PROVOKE_OPERATION(prctl, PR_SET_SECUREBITS, EPERM, flags_unknown) {
  GetCapabilities();
  CALL(prctl(PR_SET_SECUREBITS, 1L << 30));
}

PROVOKE_OPERATION(prctl, PR_SET_SECUREBITS, EPERM, no_capability) {
  DropCapabilities();
  CALL(prctl(PR_SET_SECUREBITS, long{SECBIT_NOROOT}));
}

PROVOKE_OPERATION(prctl, PR_SET_SECUREBITS, EPERM, clears_locked) {
  GetCapabilities();
  MUST(prctl(PR_SET_SECUREBITS, long{SECBIT_NOROOT_LOCKED}));
  CALL(prctl(PR_SET_SECUREBITS, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SECUREBITS, EPERM, sets_locked) {
  GetCapabilities();
  MUST(prctl(PR_SET_SECUREBITS, long{SECBIT_NOROOT_LOCKED}));
  CALL(prctl(PR_SET_SECUREBITS, long{SECBIT_NOROOT | SECBIT_NOROOT_LOCKED}));
}

PROVOKE_OPERATION(prctl, PR_GET_CHILD_SUBREAPER, EFAULT, isset_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_CHILD_SUBREAPER, bad));
  CALL_LIBC(prctl(PR_GET_CHILD_SUBREAPER, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_DUMPABLE, EINVAL, dumpable_unknown) {
  CALL(prctl(PR_SET_DUMPABLE, 42L));
}

PROVOKE_OPERATION(prctl, PR_SET_DUMPABLE, EINVAL, dumpable_root) {
  CALL(prctl(PR_SET_DUMPABLE, 2L));
}

PROVOKE_OPERATION(prctl, PR_SET_NAME, EFAULT, name_unreadable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_SET_NAME, bad));
  CALL_LIBC(prctl(PR_SET_NAME, bad));
}

PROVOKE_OPERATION(prctl, PR_GET_NAME, EFAULT, name_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_NAME, bad));
  CALL_LIBC(prctl(PR_GET_NAME, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_NO_NEW_PRIVS, EINVAL, value_not_one) {
  CALL(prctl(PR_SET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_NO_NEW_PRIVS, EINVAL, unused_not_zero) {
  CALL(prctl(PR_SET_NO_NEW_PRIVS, 1L, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_NO_NEW_PRIVS, EINVAL, unused_not_zero) {
  CALL(prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 1L));
}

PROVOKE_OPERATION(prctl, PR_SET_PDEATHSIG, EINVAL, sig_too_large) {
  const long signal = NSIG + 1;
  CALL(prctl(PR_SET_PDEATHSIG, signal));
}

PROVOKE_OPERATION(prctl, PR_SET_PDEATHSIG, EINVAL, sig_negative) {
  CALL(prctl(PR_SET_PDEATHSIG, -1L));
}

PROVOKE_OPERATION(prctl, PR_GET_PDEATHSIG, EFAULT, sig_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_PDEATHSIG, bad));
  CALL_LIBC(prctl(PR_GET_PDEATHSIG, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_PTRACER, EINVAL, no_such_process) {
  if (prctl(PR_SET_PTRACER, 0L) != 0)
    SKIP("the kernel has no PR_SET_PTRACER, of CONFIG_SECURITY_YAMA");
  CALL(prctl(PR_SET_PTRACER, long{INT_MAX}));
}

PROVOKE_OPERATION(prctl, PR_GET_TID_ADDRESS, EFAULT, addrp_unwritable) {
  MapSize();  // a part of the kernel that comes with it
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_TID_ADDRESS, bad));
  CALL_LIBC(prctl(PR_GET_TID_ADDRESS, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_TIMING, EINVAL, timestamps) {
  CALL(prctl(PR_SET_TIMING, long{PR_TIMING_TIMESTAMP}));
}

PROVOKE_OPERATION(prctl, PR_SET_TIMING, EINVAL, mode_unknown) {
  CALL(prctl(PR_SET_TIMING, 42L));
}

PROVOKE_OPERATION(prctl, PR_GET_AUXV, EFAULT, auxv_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_AUXV, bad, 64L, 0L, 0L));
  CALL_LIBC(prctl(PR_GET_AUXV, bad, 64L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_AUXV, EINVAL, unused_not_zero) {
  unsigned long auxv[64] = {};
  WATCH(auxv);
  CALL(prctl(PR_GET_AUXV, auxv, sizeof(auxv), 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_IO_FLUSHER, EINVAL, state_unknown) {
  NeedSysResource();
  CALL(prctl(PR_SET_IO_FLUSHER, 2L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_IO_FLUSHER, EINVAL, unused_not_zero) {
  NeedSysResource();
  CALL(prctl(PR_SET_IO_FLUSHER, 0L, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_IO_FLUSHER, EPERM, no_capability) {
  DropCapabilities();
  CALL(prctl(PR_SET_IO_FLUSHER, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_IO_FLUSHER, EPERM,
                  no_capability_and_state_unknown) {
  DropCapabilities();
  CALL(prctl(PR_SET_IO_FLUSHER, 2L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_IO_FLUSHER, EINVAL, unused_not_zero) {
  NeedSysResource();
  CALL(prctl(PR_GET_IO_FLUSHER, 1L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_IO_FLUSHER, EPERM, no_capability) {
  DropCapabilities();
  CALL(prctl(PR_GET_IO_FLUSHER, 0L, 0L, 0L, 0L));
}

REASON_OPERATION(prctl, PR_GET_SECCOMP, EINVAL, no_seccomp) {
  HOLDS(prctl(PR_GET_SECCOMP) >= 0);
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EACCES, filter_without_privilege) {
  const sock_fprog filter = AllowAll(1);
  DropNoNewPrivileges();
  CALL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EFAULT, filter_unreadable) {
  SetNoNewPrivileges();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad));
  CALL_LIBC(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EFAULT,
                  filter_unreadable_without_privilege) {
  DropNoNewPrivileges();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad));
  CALL_LIBC(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, mode_unknown) {
  CALL(prctl(PR_SET_SECCOMP, 42L, 0L));
}

REASON_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, no_seccomp) {
  HOLDS(prctl(PR_GET_SECCOMP) >= 0);
}

REASON_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, no_filters) {
  void* const bad = BadAddress();
  HOLDS(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad) == -1 &&
        errno == EFAULT);
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, filter_empty) {
  const sock_fprog filter = AllowAll(0);
  SetNoNewPrivileges();
  CALL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, filter_too_long) {
  const sock_fprog filter = AllowAll(BPF_MAXINSNS + 1);
  SetNoNewPrivileges();
  CALL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, instruction_unknown) {
  const sock_fprog filter = AllowAll(2);
  filter.filter[0].code = 0xffff;
  SetNoNewPrivileges();
  CALL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, EINVAL, strict_after_filter) {
  const sock_fprog filter = AllowAll(1);
  SetNoNewPrivileges();
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
  CALL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SECCOMP, ENOMEM, filters_too_long) {
  const sock_fprog filter = AllowAll(BPF_MAXINSNS);
  SetNoNewPrivileges();
  while (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) {
  }
  CALL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

PROVOKE_OPERATION(prctl, PR_SET_SYSCALL_USER_DISPATCH, EFAULT, switch_outside) {
  CALL(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0L, -1L, -1L));
}

PROVOKE_OPERATION(prctl, PR_SET_SYSCALL_USER_DISPATCH, EFAULT,
                  switch_unreadable) {
  // System calls are allowed from everywhere, so the switch is never read.
  void* const bad = BadAddress();
  CALL(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0L, -1L, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_SYSCALL_USER_DISPATCH, EINVAL, op_unknown) {
  CALL(prctl(PR_SET_SYSCALL_USER_DISPATCH, 42L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SYSCALL_USER_DISPATCH, EINVAL, range_wraps) {
  CALL(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 4096L, -1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SYSCALL_USER_DISPATCH, EINVAL, range_outside) {
  static char allow = 0;
  CALL(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, -4096L, 1L,
             &allow));
}

PROVOKE_OPERATION(prctl, PR_SET_SYSCALL_USER_DISPATCH, EINVAL,
                  off_with_arguments) {
  CALL(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_SPECULATION_CTRL, EINVAL, unused_not_zero) {
  CALL(prctl(PR_GET_SPECULATION_CTRL, long{PR_SPEC_STORE_BYPASS}, 1L, 0L, 0L));
}

// Of a misfeature that no processor has: an emulator that passes this on says
// the same whatever the host's has.
PROVOKE_OPERATION(prctl, PR_GET_SPECULATION_CTRL, EINVAL, not_supported) {
  CALL(prctl(PR_GET_SPECULATION_CTRL, 42L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_SPECULATION_CTRL, ENODEV, misfeature_unknown) {
  CALL(prctl(PR_GET_SPECULATION_CTRL, 42L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, EINVAL, unused_not_zero) {
  CALL(prctl(PR_SET_SPECULATION_CTRL, long{PR_SPEC_STORE_BYPASS},
             PR_SPEC_ENABLE, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, EINVAL, not_supported) {
  CALL(prctl(PR_SET_SPECULATION_CTRL, 42L, PR_SPEC_ENABLE, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, ENODEV, misfeature_unknown) {
  CALL(prctl(PR_SET_SPECULATION_CTRL, 42L, PR_SPEC_ENABLE, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, ENXIO, not_controllable) {
  if (IsControllable(PR_SPEC_STORE_BYPASS))
    SKIP("this machine gives control of it");
  CALL(prctl(PR_SET_SPECULATION_CTRL, long{PR_SPEC_STORE_BYPASS},
             PR_SPEC_DISABLE, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, EPERM, force_disabled) {
  const long misfeature = IsControllable(PR_SPEC_STORE_BYPASS)
                              ? PR_SPEC_STORE_BYPASS
                              : PR_SPEC_INDIRECT_BRANCH;
  if (!IsControllable(misfeature))
    SKIP("this machine gives no control of speculation");
  MUST(prctl(PR_SET_SPECULATION_CTRL, misfeature, PR_SPEC_FORCE_DISABLE, 0L,
             0L));
  CALL(prctl(PR_SET_SPECULATION_CTRL, misfeature, PR_SPEC_ENABLE, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, EPERM,
                  branches_not_controllable) {
  const int state =
      prctl(PR_GET_SPECULATION_CTRL, long{PR_SPEC_INDIRECT_BRANCH}, 0L, 0L, 0L);
  if (state != PR_SPEC_ENABLE)
    SKIP("this machine gives control of it, or disables it always");
  CALL(prctl(PR_SET_SPECULATION_CTRL, long{PR_SPEC_INDIRECT_BRANCH},
             PR_SPEC_DISABLE, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, ERANGE, misfeature_unknown) {
  CALL(prctl(PR_SET_SPECULATION_CTRL, 42L, PR_SPEC_ENABLE, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_SPECULATION_CTRL, ERANGE, val_unknown) {
  CALL(prctl(PR_SET_SPECULATION_CTRL, long{PR_SPEC_INDIRECT_BRANCH}, 42L, 0L,
             0L));
}

PROVOKE_OPERATION(prctl, PR_MCE_KILL, EINVAL, op_unknown) {
  CALL(prctl(PR_MCE_KILL, 42L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MCE_KILL_CLEAR, EINVAL, unused_not_zero) {
  CALL(prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MCE_KILL_SET, EINVAL, pol_unknown) {
  CALL(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 42L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MCE_KILL_SET, EINVAL, unused_not_zero) {
  CALL(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, long{PR_MCE_KILL_EARLY}, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MCE_KILL_GET, EINVAL, unused_not_zero) {
  CALL(prctl(PR_MCE_KILL_GET, 1L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_THP_DISABLE, EINVAL, unused_not_zero) {
  CALL(prctl(PR_SET_THP_DISABLE, 1L, 0L, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_THP_DISABLE, EINVAL, flags_unknown) {
  CALL(prctl(PR_SET_THP_DISABLE, 1L, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_THP_DISABLE, EINVAL, flags_without_disable) {
  CALL(prctl(PR_SET_THP_DISABLE, 0L, 2L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_THP_DISABLE, EINVAL, unused_not_zero) {
  CALL(prctl(PR_GET_THP_DISABLE, 1L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MDWE, EINVAL, mask_unknown) {
  CALL(prctl(PR_SET_MDWE, 1L << 30, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MDWE, EINVAL, alone) {
  CALL(prctl(PR_SET_MDWE, PR_MDWE_NO_INHERIT, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MDWE, EINVAL, unused_not_zero) {
  CALL(prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MDWE, EPERM, set_already) {
  MUST(prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L));
  CALL(prctl(PR_SET_MDWE, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_MDWE, EINVAL, unused_not_zero) {
  CALL(prctl(PR_GET_MDWE, 1L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EINVAL, attr_unknown) {
  NeedNamedMemory();
  void* const addr = Memory(PROT_READ);
  const char* const name = "name";
  CALL(prctl(PR_SET_VMA, 42L, addr, 4096L, name));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EINVAL, addr_unaligned) {
  NeedNamedMemory();
  void* const addr = static_cast<char*>(Memory(PROT_READ)) + 1;
  const char* const name = "name";
  CALL(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, 4096L, name));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EINVAL, range_wraps) {
  NeedNamedMemory();
  void* const addr = Memory(PROT_READ);
  const char* const name = "name";
  CALL(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, -65536L, name));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EINVAL, name_too_long) {
  NeedNamedMemory();
  void* const addr = Memory(PROT_READ);
  char name[81] = "";
  memset(name, 'x', 80);
  CALL(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, 4096L, name));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EINVAL, name_character) {
  NeedNamedMemory();
  void* const addr = Memory(PROT_READ);
  const char* const name = "a[b";
  CALL(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, 4096L, name));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EFAULT, val_unreadable) {
  NeedNamedMemory();
  void* const addr = Memory(PROT_READ);
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr,
                   4096L, bad));
  CALL_LIBC(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, 4096L, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, ENOMEM, not_mapped) {
  NeedNamedMemory();
  void* const addr = Memory(PROT_READ);
  MUST(munmap(addr, 65536));
  const char* const name = "name";
  CALL(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, 4096L, name));
}

PROVOKE_OPERATION(prctl, PR_SET_VMA, EBADF, file_mapped) {
  NeedNamedMemory();
  const int fd = MUST(open("/proc/self/exe", O_RDONLY));
  void* const addr = MUST(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
  const char* const name = "name";
  CALL(prctl(PR_SET_VMA, long{PR_SET_VMA_ANON_NAME}, addr, 4096L, name));
}

PROVOKE_OPERATION(prctl, PR_FUTEX_HASH, EINVAL, op_unknown) {
  NeedPrivateHash();
  CALL(prctl(PR_FUTEX_HASH, 42L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_FUTEX_HASH_SET_SLOTS, EBUSY, global_in_use) {
  NeedPrivateHash();
  MUST(prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 0L, 0L, 0L));
  CALL(prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 4L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_FUTEX_HASH_SET_SLOTS, EINVAL, size_one) {
  NeedPrivateHash();
  CALL(prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_FUTEX_HASH_SET_SLOTS, EINVAL, size_no_power) {
  NeedPrivateHash();
  CALL(prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 3L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_FUTEX_HASH_SET_SLOTS, EINVAL, flags_not_zero) {
  NeedPrivateHash();
  CALL(prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 4L, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_FUTEX_HASH_SET_SLOTS, ENOMEM, size_huge) {
  NeedPrivateHash();
  CALL(prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 1L << 26, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_ENDIAN, EINVAL, not_supported) {
  unsigned value = 0;
  WATCH(value);
  CALL(prctl(PR_GET_ENDIAN, &value));
}

PROVOKE_OPERATION(prctl, PR_GET_ENDIAN, EFAULT, endianness_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_ENDIAN, bad));
  CALL_LIBC(prctl(PR_GET_ENDIAN, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_ENDIAN, EINVAL, not_supported) {
  CALL(prctl(PR_SET_ENDIAN, long{PR_ENDIAN_BIG}));
}

PROVOKE_OPERATION(prctl, PR_SET_ENDIAN, EINVAL, endianness_unknown) {
  CALL(prctl(PR_SET_ENDIAN, 42L));
}

PROVOKE_OPERATION(prctl, PR_GET_FPEMU, EINVAL, not_supported) {
  unsigned value = 0;
  WATCH(value);
  CALL(prctl(PR_GET_FPEMU, &value));
}

REASON_OPERATION(prctl, PR_GET_FPEMU, EFAULT, fpemu_unwritable) {
  unsigned value = 0;
  HOLDS(prctl(PR_GET_FPEMU, &value) == -1 && errno == EINVAL);
}

PROVOKE_OPERATION(prctl, PR_SET_FPEMU, EINVAL, not_supported) {
  CALL(prctl(PR_SET_FPEMU, long{PR_FPEMU_NOPRINT}));
}

REASON_OPERATION(prctl, PR_SET_FPEMU, EINVAL, fpemu_unknown) {
  HOLDS(prctl(PR_SET_FPEMU, long{PR_FPEMU_NOPRINT}) == -1 && errno == EINVAL);
}

PROVOKE_OPERATION(prctl, PR_GET_FPEXC, EINVAL, not_supported) {
  unsigned value = 0;
  WATCH(value);
  CALL(prctl(PR_GET_FPEXC, &value));
}

PROVOKE_OPERATION(prctl, PR_GET_FPEXC, EFAULT, mode_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_FPEXC, bad));
  CALL_LIBC(prctl(PR_GET_FPEXC, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_FPEXC, EINVAL, not_supported) {
  CALL(prctl(PR_SET_FPEXC, long{PR_FP_EXC_DISABLED}));
}

PROVOKE_OPERATION(prctl, PR_SET_FPEXC, EINVAL, mode_unknown) {
  CALL(prctl(PR_SET_FPEXC, 42L));
}

PROVOKE_OPERATION(prctl, PR_GET_FP_MODE, EINVAL, not_supported) {
  CALL(prctl(PR_GET_FP_MODE, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_FP_MODE, EINVAL, not_supported) {
  CALL(prctl(PR_SET_FP_MODE, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_FP_MODE, EOPNOTSUPP, mode_unknown) {
  CALL(prctl(PR_SET_FP_MODE, 1L << 30, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MPX_ENABLE_MANAGEMENT, EINVAL, not_supported) {
  CALL(prctl(PR_MPX_ENABLE_MANAGEMENT, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MPX_ENABLE_MANAGEMENT, ENXIO, not_supported) {
  CALL(prctl(PR_MPX_ENABLE_MANAGEMENT, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MPX_DISABLE_MANAGEMENT, EINVAL, not_supported) {
  CALL(prctl(PR_MPX_DISABLE_MANAGEMENT, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_MPX_DISABLE_MANAGEMENT, ENXIO, not_supported) {
  CALL(prctl(PR_MPX_DISABLE_MANAGEMENT, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_PAC_RESET_KEYS, EINVAL, not_supported) {
  CALL(prctl(PR_PAC_RESET_KEYS, PR_PAC_APIAKEY, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_PAC_RESET_KEYS, EINVAL, keys_unknown) {
  CALL(prctl(PR_PAC_RESET_KEYS, 1L << 30, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_RISCV_SET_ICACHE_FLUSH_CTX, EINVAL, not_supported) {
  CALL(prctl(PR_RISCV_SET_ICACHE_FLUSH_CTX, long{PR_RISCV_CTX_SW_FENCEI_OFF},
             long{PR_RISCV_SCOPE_PER_THREAD}));
}

PROVOKE_OPERATION(prctl, PR_RISCV_SET_ICACHE_FLUSH_CTX, EINVAL, ctx_unknown) {
  CALL(prctl(PR_RISCV_SET_ICACHE_FLUSH_CTX, 42L,
             long{PR_RISCV_SCOPE_PER_THREAD}));
}

PROVOKE_OPERATION(prctl, PR_SET_TAGGED_ADDR_CTRL, EINVAL, not_supported) {
  CALL(prctl(PR_SET_TAGGED_ADDR_CTRL, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_TAGGED_ADDR_CTRL, EINVAL, mode_unknown) {
  CALL(prctl(PR_SET_TAGGED_ADDR_CTRL, 1L << 30, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_TAGGED_ADDR_CTRL, EINVAL, disabled) {
  const int sysctl = open("/proc/sys/abi/tagged_addr_disabled", O_RDONLY);
  char value = '0';
  if (sysctl < 0 || read(sysctl, &value, 1) != 1 || value != '1')
    SKIP("needs abi.tagged_addr_disabled, which is for the whole system");
  CALL(prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_TAGGED_ADDR_CTRL, EINVAL, not_supported) {
  CALL(prctl(PR_GET_TAGGED_ADDR_CTRL, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_TAGGED_ADDR_CTRL, EINVAL, unused_not_zero) {
  CALL(prctl(PR_GET_TAGGED_ADDR_CTRL, 1L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SVE_GET_VL, EINVAL, not_supported) {
  CALL(prctl(PR_SVE_GET_VL, 0L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SVE_SET_VL, EINVAL, not_supported) {
  CALL(prctl(PR_SVE_SET_VL, 16L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SVE_SET_VL, EINVAL, length_invalid) {
  CALL(prctl(PR_SVE_SET_VL, 17L, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SVE_SET_VL, EINVAL, flags_unknown) {
  CALL(prctl(PR_SVE_SET_VL, 1L << 30 | 16, 0L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_GET_TSC, EINVAL, not_supported) {
  unsigned value = 0;
  WATCH(value);
  CALL(prctl(PR_GET_TSC, &value));
}

PROVOKE_OPERATION(prctl, PR_GET_TSC, EFAULT, flag_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_TSC, bad));
  CALL_LIBC(prctl(PR_GET_TSC, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_TSC, EINVAL, not_supported) {
  CALL(prctl(PR_SET_TSC, long{PR_TSC_ENABLE}));
}

PROVOKE_OPERATION(prctl, PR_SET_TSC, EINVAL, flag_unknown) {
  CALL(prctl(PR_SET_TSC, 42L));
}

PROVOKE_OPERATION(prctl, PR_GET_UNALIGN, EINVAL, not_supported) {
  unsigned value = 0;
  WATCH(value);
  CALL(prctl(PR_GET_UNALIGN, &value));
}

PROVOKE_OPERATION(prctl, PR_GET_UNALIGN, EFAULT, bits_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_GET_UNALIGN, bad));
  CALL_LIBC(prctl(PR_GET_UNALIGN, bad));
}

PROVOKE_OPERATION(prctl, PR_SET_UNALIGN, EINVAL, not_supported) {
  CALL(prctl(PR_SET_UNALIGN, long{PR_UNALIGN_NOPRINT}));
}

PROVOKE_OPERATION(prctl, PR_SET_UNALIGN, EINVAL, flag_unknown) {
  CALL(prctl(PR_SET_UNALIGN, 1L << 30));
}

PROVOKE_OPERATION(prctl, PR_SET_MM, EINVAL, op_unknown) {
  NeedSysResource();
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, 42L, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, addr, 0L, 1L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM, EINVAL,
                  unused_not_zero_without_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, addr, 0L, 1L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM, EPERM, no_capability_and_op_unknown) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, 42L, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_CODE, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_CODE, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_CODE, EINVAL, wrong_permissions) {
  NeedSysResource();
  void* const addr = LowMemory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_CODE, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_CODE, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_CODE, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_CODE, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_CODE, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_CODE, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_CODE, EINVAL, wrong_permissions) {
  NeedSysResource();
  alignas(65536) static char addr[65536];
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_CODE, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_CODE, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_CODE, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_DATA, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_DATA, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_DATA, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_DATA, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_DATA, EINVAL, wrong_permissions) {
  NeedSysResource();
  void* const addr = LowMemory(PROT_READ);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_DATA, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_DATA, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_DATA, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_DATA, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_DATA, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_DATA, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_DATA, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_DATA, EINVAL, wrong_permissions) {
  NeedSysResource();
  alignas(65536) static char addr[65536];
  MUST(mprotect(addr, sizeof(addr), PROT_READ));
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_DATA, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_END_DATA, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_END_DATA, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_STACK, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_STACK, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_STACK, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_STACK, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_STACK, EINVAL, wrong_permissions) {
  NeedSysResource();
  void* const addr = Memory(PROT_READ);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_STACK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_STACK, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_STACK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_BRK, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_BRK, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_BRK, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_BRK, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_BRK, EINVAL, inside_data) {
  NeedSysResource();
  void* const addr = LowMemory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_BRK, EINVAL, inside_data_allowed) {
  NeedSysResource();
  void* const addr = LowMemory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_BRK, EINVAL, over_limit) {
  NeedSysResource();
  char* const addr = static_cast<char*>(sbrk(0)) - 1;
  Limit(RLIMIT_DATA, 0);
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_START_BRK, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_START_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_BRK, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_BRK, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_BRK, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_BRK, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_BRK, EINVAL, inside_data) {
  NeedSysResource();
  void* const addr = LowMemory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_BRK, EINVAL, over_limit) {
  NeedSysResource();
  char* const addr = static_cast<char*>(sbrk(0)) + 1;
  Limit(RLIMIT_DATA, 0);
  CALL(prctl(PR_SET_MM, PR_SET_MM_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_BRK, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_BRK, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ARG_START, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ARG_START, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ARG_START, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_ARG_START, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ARG_START, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ARG_START, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ARG_END, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ARG_END, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ARG_END, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_ARG_END, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ARG_END, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ARG_END, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ENV_START, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ENV_START, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ENV_START, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_ENV_START, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ENV_START, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ENV_START, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ENV_END, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ENV_END, -1L, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ENV_END, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  CALL(prctl(PR_SET_MM, PR_SET_MM_ENV_END, addr, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_ENV_END, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ | PROT_WRITE);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_ENV_END, addr, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_AUXV, EFAULT, addr_unreadable) {
  NeedSysResource();
  void* const bad = BadAddress();
  CALL_RAW(
      syscall(SYS_prctl, PR_SET_MM, PR_SET_MM_AUXV, bad, sizeof(long), 0L));
  CALL_LIBC(prctl(PR_SET_MM, PR_SET_MM_AUXV, bad, sizeof(long), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_AUXV, EINVAL, addr_over_task_size) {
  NeedSysResource();
  CALL(prctl(PR_SET_MM, PR_SET_MM_AUXV, -4096L, sizeof(long), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_AUXV, EINVAL, size_too_large) {
  NeedSysResource();
  void* const addr = Memory(PROT_READ);
  CALL(prctl(PR_SET_MM, PR_SET_MM_AUXV, addr, 65536L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_AUXV, EINVAL, unused_not_zero) {
  void* const addr = Memory(PROT_READ);
  CALL(prctl(PR_SET_MM, PR_SET_MM_AUXV, addr, sizeof(long), 1L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_AUXV, EPERM, no_capability) {
  void* const addr = Memory(PROT_READ);
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_AUXV, addr, sizeof(long), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_EXE_FILE, EACCES, not_executable) {
  NeedSysResource();
  const long fd = TemporaryFile();
  CALL(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_EXE_FILE, EBADF, fd_closed) {
  NeedSysResource();
  const long fd = ClosedDescriptor();
  CALL(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_EXE_FILE, EBUSY, mapped) {
  NeedSysResource();
  const long fd = MUST(open("/proc/self/exe", O_RDONLY));
  CALL(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0L, 0L));
}

REASON_OPERATION(prctl, PR_SET_MM_EXE_FILE, EBUSY, second_attempt) {
  prctl_mm_map map = Map();
  map.exe_fd = MUST(open("/proc/self/exe", O_RDONLY));
  GetCapabilities();
  HOLDS(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L) == -1 &&
        errno == EBUSY);
}

PROVOKE_OPERATION(prctl, PR_SET_MM_EXE_FILE, EINVAL, unused_not_zero) {
  const long fd = TemporaryFile();
  CALL(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 1L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_EXE_FILE, EPERM, no_capability) {
  const long fd = TemporaryFile();
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EACCES, not_executable) {
  prctl_mm_map map = Map();
  map.exe_fd = TemporaryFile();
  GetCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EBADF, fd_closed) {
  prctl_mm_map map = Map();
  map.exe_fd = ClosedDescriptor();
  GetCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EBUSY, mapped) {
  prctl_mm_map map = Map();
  map.exe_fd = MUST(open("/proc/self/exe", O_RDONLY));
  GetCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EFAULT, map_unreadable) {
  const long size = MapSize();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, bad, size, 0L));
  CALL_LIBC(prctl(PR_SET_MM, PR_SET_MM_MAP, bad, size, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EFAULT, auxv_unreadable) {
  prctl_mm_map map = Map();
  map.auxv = static_cast<__u64*>(BadAddress());
  map.auxv_size = sizeof(long);
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, map_unreadable) {
  const long size = MapSize();
  void* const bad = BadAddress();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, bad, size, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, size_wrong) {
  prctl_mm_map map = Map();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map) - 1, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, unused_not_zero) {
  prctl_mm_map map = Map();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 1L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, addr_over_task_size) {
  prctl_mm_map map = Map();
  map.start_stack = -1UL;
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, addr_too_low) {
  prctl_mm_map map = Map();
  map.start_stack = 0;
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, ends_before_start) {
  prctl_mm_map map = Map();
  map.arg_end = map.arg_start - 1;
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, over_limit) {
  prctl_mm_map map = Map();
  Limit(RLIMIT_DATA, 0);
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EINVAL, auxv_too_large) {
  prctl_mm_map map = Map();
  map.auxv = static_cast<__u64*>(Memory(PROT_READ));
  map.auxv_size = 65536;
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP, EPERM, no_capability) {
  prctl_mm_map map = Map();
  map.exe_fd = TemporaryFile();
  DropCapabilities();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP_SIZE, EFAULT, size_unwritable) {
  MapSize();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, bad, 0L, 0L));
  CALL_LIBC(prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, bad, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP_SIZE, EINVAL, size_unwritable) {
  MapSize();
  void* const bad = BadAddress();
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, bad, 0L, 0L));
}

PROVOKE_OPERATION(prctl, PR_SET_MM_MAP_SIZE, EINVAL, unused_not_zero) {
  unsigned size = 0;
  WATCH(size);
  CALL(prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0L, 1L));
}
