// Attributes of a thread or process, one function for each: prctl(2).
//
// What no function is for, since its types could not make it safe:
//
//   PR_SET_MM_*       addresses of the program's own parts; one that is wrong
//                     breaks what it is a part of. PR_SET_MM_MAP_SIZE is of use
//                     with PR_SET_MM_MAP only. PR_SET_MM_EXE_FILE takes a
//                     descriptor: SetExecutableFile.
//   SECCOMP_MODE_FILTER of PR_SET_SECCOMP
//                     a program, in a language of its own; seccomp(2) takes it.
//   PR_SET_SYSCALL_USER_DISPATCH
//                     the kernel keeps a variable's address, and ends the
//                     thread if it can't be read; the handler must be written
//                     in assembler.
//   PR_SET_ENDIAN     the code that goes on is in the other byte order.
//   PR_SET_SHADOW_STACK_STATUS
//                     the function that gets a shadow stack can't return: its
//                     return address is not on it.
//   PR_MPX_*          Linux has not had them since 5.4.
//
// A kernel or architecture that lacks an option fails with EINVAL, if nothing
// else is said. What is of a thread is inherited by threads and children that
// it makes, and what is of a process by children, if nothing else is said.

#ifndef WRAPPERS_PRCTL_H_
#define WRAPPERS_PRCTL_H_

#include <sys/prctl.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wrappers/fd.h"
#include "wrappers/prctl_constants.h"
#include "wrappers/result.h"

namespace plumbline {

// ---- The process and its threads --------------------------------------------

// prctl(2) PR_SET_PDEATHSIG: the signal that the process gets when the thread
// that made it ends; 0 for none. It is of the calling thread, whatever the
// manual says: each can set one more. Not inherited. Fails with EINVAL if there
// is no such signal.
Result<void> SetParentDeathSignal(int signal);
// prctl(2) PR_GET_PDEATHSIG: that signal; 0 if there is none.
Result<int> GetParentDeathSignal();

// Whether a signal that does so dumps the process's memory, and whether
// ptrace(2) may attach to it.
enum class Dumpable : int {
  kNo = 0,
  kYes = 1,
  kByRoot = 2,  // what fs.suid_dumpable can give, and nobody can set
};

// prctl(2) PR_SET_DUMPABLE: of the process. Fails with EINVAL for kByRoot.
Result<void> SetDumpable(Dumpable dumpable);
// prctl(2) PR_GET_DUMPABLE: of the process.
Result<Dumpable> GetDumpable();

// What a thread is called: up to 15 bytes, none of them 0.
//
// Thread-safety and fork: a value.
class ThreadName {
 public:
  static constexpr std::size_t kMaxSize = 15;

  // Empty.
  constexpr ThreadName() = default;
  // The first 15 bytes of `name`, as prctl(2) takes them of a longer one, or
  // those before the first 0.
  constexpr ThreadName(std::string_view name) {  // NOLINT: converts
    for (std::size_t i = 0; i < kMaxSize && i < name.size(); ++i) {
      if (name[i] == '\0') break;
      bytes_[i] = name[i];
    }
  }
  constexpr ThreadName(const char* name)  // NOLINT: converts
      : ThreadName(std::string_view(name)) {}

  constexpr const char* c_str() const { return bytes_; }
  constexpr std::string_view view() const { return bytes_; }
  constexpr operator std::string_view() const { return view(); }  // NOLINT

  friend constexpr bool operator==(const ThreadName&,
                                   const ThreadName&) = default;

 private:
  char bytes_[kMaxSize + 1] = {};
};

// prctl(2) PR_SET_NAME: of the thread, also shown in /proc/PID/task/TID/comm.
Result<void> SetThreadName(const ThreadName& name);
// prctl(2) PR_GET_NAME: of the thread.
Result<ThreadName> GetThreadName();

// prctl(2) PR_SET_TIMERSLACK: how late the thread's waits may end, so that
// several end at once. What is less than a nanosecond is one, as 0 would mean
// ResetTimerSlack, and what is too long for GetTimerSlack (with 32 bits, over 4
// seconds) is the longest. Threads of a real-time policy have none.
Result<void> SetTimerSlack(std::chrono::nanoseconds slack);
// prctl(2) PR_SET_TIMERSLACK: what the thread had when it was made.
Result<void> ResetTimerSlack();
// prctl(2) PR_GET_TIMERSLACK: of the thread; the longest that fits, if it does
// not. Asks by syscall(2), as prctl(2) returns an int.
Result<std::chrono::nanoseconds> GetTimerSlack();

// prctl(2) PR_SET_CHILD_SUBREAPER: whether the process becomes the parent of
// descendants whose parent ends. Not inherited. subreaper.h has more.
Result<void> SetChildSubreaper(bool subreaper);
// prctl(2) PR_GET_CHILD_SUBREAPER: whether it does.
Result<bool> GetChildSubreaper();

// prctl(2) PR_GET_TID_ADDRESS: what set_tid_address(2) or clone(2) was given:
// where the kernel writes 0 when the thread ends. Fails with EINVAL if the
// kernel was built without CONFIG_CHECKPOINT_RESTORE.
Result<int*> GetTidAddress();

// prctl(2) PR_SET_PTRACER: lets a process and its descendants trace this one,
// where Yama allows it to ancestors only; instead of the one before. Fails with
// EINVAL if there is no such process, also for 0 and less, or no Yama.
Result<void> SetPtracer(pid_t pid);
// prctl(2) PR_SET_PTRACER with PR_SET_PTRACER_ANY: lets every process.
Result<void> SetAnyPtracer();
// prctl(2) PR_SET_PTRACER with 0: lets ancestors only.
Result<void> ClearPtracer();

// prctl(2) PR_SET_TIMING: of the process. Fails with EINVAL for all but
// kStatistical.
Result<void> SetProcessTiming(ProcessTiming timing);
// prctl(2) PR_GET_TIMING: of the process.
Result<ProcessTiming> GetProcessTiming();

// prctl(2) PR_TASK_PERF_EVENTS_ENABLE: lets the performance counters count that
// the thread made, of other processes too. The manual has it that those are
// meant that count the process, whoever made them; the kernel does not do so.
Result<void> EnablePerfEvents();
// prctl(2) PR_TASK_PERF_EVENTS_DISABLE: stops them.
Result<void> DisablePerfEvents();

// prctl(2) PR_SET_IO_FLUSHER: whether the thread does the input and output by
// which the kernel gets memory back, so that it must not wait for memory
// itself. Fails with EPERM without CAP_SYS_RESOURCE.
Result<void> SetIoFlusher(bool flusher);
// prctl(2) PR_GET_IO_FLUSHER: whether it does. Fails with EPERM likewise.
Result<bool> GetIoFlusher();

// prctl(2) PR_TIMER_CREATE_RESTORE_IDS: whether timer_create(2) gives a timer
// of the process the ID that it finds where it would write it. The C library
// does not expect that: it is for who calls the kernel itself. Since Linux
// 6.15; not inherited.
Result<void> SetTimerRestoreIds(bool restore);
// prctl(2) PR_TIMER_CREATE_RESTORE_IDS: whether it does.
Result<bool> GetTimerRestoreIds();

// prctl(2) PR_FUTEX_HASH: how many slots the process's own hash table of
// futexes has, a power of 2 and at least 2; 0 for the one of all processes,
// which is for ever. Since Linux 6.16. Fails with EINVAL, EBUSY after 0, and
// ENOMEM.
Result<void> SetFutexHashSlots(unsigned slots);
// prctl(2) PR_FUTEX_HASH: how many it has; 0 if it uses the one of all.
Result<unsigned> GetFutexHashSlots();

// ---- Privileges -------------------------------------------------------------

// prctl(2) PR_SET_NO_NEW_PRIVS: execve(2) gives the thread no privileges any
// more. It can't be undone.
Result<void> SetNoNewPrivileges();
// prctl(2) PR_GET_NO_NEW_PRIVS: whether it gives none.
Result<bool> GetNoNewPrivileges();

// What a thread may do that others may not: capabilities(7).
enum class Capability : int {
  kChown,
  kDacOverride,
  kDacReadSearch,
  kFowner,
  kFsetid,
  kKill,
  kSetgid,
  kSetuid,
  kSetpcap,
  kLinuxImmutable,
  kNetBindService,
  kNetBroadcast,
  kNetAdmin,
  kNetRaw,
  kIpcLock,
  kIpcOwner,
  kSysModule,
  kSysRawio,
  kSysChroot,
  kSysPtrace,
  kSysPacct,
  kSysAdmin,
  kSysBoot,
  kSysNice,
  kSysResource,
  kSysTime,
  kSysTtyConfig,
  kMknod,
  kLease,
  kAuditWrite,
  kAuditControl,
  kSetfcap,
  kMacOverride,
  kMacAdmin,
  kSyslog,
  kWakeAlarm,
  kBlockSuspend,
  kAuditRead,
  kPerfmon,
  kBpf,
  kCheckpointRestore,
};

// prctl(2) PR_CAPBSET_READ: whether execve(2) can give the thread `capability`.
// Fails with EINVAL if the kernel knows none such.
Result<bool> CapabilityIsInBoundingSet(Capability capability);
// prctl(2) PR_CAPBSET_DROP: it can't any more. Fails with EPERM without
// kSetpcap, and with EINVAL.
Result<void> DropCapabilityFromBoundingSet(Capability capability);

// prctl(2) PR_CAP_AMBIENT_IS_SET: whether the thread keeps `capability` over
// execve(2) of any program. Fails with EINVAL if the kernel knows none such.
Result<bool> CapabilityIsAmbient(Capability capability);
// prctl(2) PR_CAP_AMBIENT_RAISE: it does. Fails with EPERM if it is not both
// permitted and inheritable, or kNoCapAmbientRaise is set, and with EINVAL.
Result<void> RaiseAmbientCapability(Capability capability);
// prctl(2) PR_CAP_AMBIENT_LOWER: it does not. Fails with EINVAL.
Result<void> LowerAmbientCapability(Capability capability);
// prctl(2) PR_CAP_AMBIENT_CLEAR_ALL: it keeps none.
Result<void> ClearAmbientCapabilities();

// prctl(2) PR_SET_KEEPCAPS: whether the thread keeps its permitted capabilities
// when its user IDs become others than root's; until execve(2). Fails with
// EPERM if kKeepCapsLocked is set.
Result<void> SetKeepCapabilities(bool keep);
// prctl(2) PR_GET_KEEPCAPS: whether it does.
Result<bool> GetKeepCapabilities();

// What is special about root, and what can't be changed: the securebits of
// capabilities(7). Each has a lock, which stays.
//
// Thread-safety and fork: a value.
class SecureBits : public Flags<SecureBits, unsigned> {
 public:
  using Flags::Flags;
  static const SecureBits kNoroot;
  static const SecureBits kNorootLocked;
  static const SecureBits kNoSetuidFixup;
  static const SecureBits kNoSetuidFixupLocked;
  static const SecureBits kKeepCaps;
  static const SecureBits kKeepCapsLocked;
  static const SecureBits kNoCapAmbientRaise;
  static const SecureBits kNoCapAmbientRaiseLocked;
  static const SecureBits kExecRestrictFile;           // since Linux 6.14
  static const SecureBits kExecRestrictFileLocked;     // since Linux 6.14
  static const SecureBits kExecDenyInteractive;        // since Linux 6.14
  static const SecureBits kExecDenyInteractiveLocked;  // since Linux 6.14
};

inline constexpr SecureBits SecureBits::kNoroot = FromBits(1 << 0);
inline constexpr SecureBits SecureBits::kNorootLocked = FromBits(1 << 1);
inline constexpr SecureBits SecureBits::kNoSetuidFixup = FromBits(1 << 2);
inline constexpr SecureBits SecureBits::kNoSetuidFixupLocked = FromBits(1 << 3);
inline constexpr SecureBits SecureBits::kKeepCaps = FromBits(1 << 4);
inline constexpr SecureBits SecureBits::kKeepCapsLocked = FromBits(1 << 5);
inline constexpr SecureBits SecureBits::kNoCapAmbientRaise = FromBits(1 << 6);
inline constexpr SecureBits SecureBits::kNoCapAmbientRaiseLocked =
    FromBits(1 << 7);
inline constexpr SecureBits SecureBits::kExecRestrictFile = FromBits(1 << 8);
inline constexpr SecureBits SecureBits::kExecRestrictFileLocked =
    FromBits(1 << 9);
inline constexpr SecureBits SecureBits::kExecDenyInteractive =
    FromBits(1 << 10);
inline constexpr SecureBits SecureBits::kExecDenyInteractiveLocked =
    FromBits(1 << 11);

// prctl(2) PR_SET_SECUREBITS: of the thread; all at once. Fails with EPERM
// without CAP_SETPCAP, for what is locked, and for bits that the kernel does
// not know.
Result<void> SetSecureBits(SecureBits bits);
// prctl(2) PR_GET_SECUREBITS: of the thread.
Result<SecureBits> GetSecureBits();

// How the thread's system calls are restricted.
enum class SeccompMode : int { kDisabled = 0, kStrict = 1, kFilter = 2 };

// prctl(2) PR_SET_SECCOMP with SECCOMP_MODE_STRICT: from now on the thread may
// call read(2), write(2), _exit(2) (not exit_group(2), which is what the C
// library's _exit calls) and sigreturn(2), and is killed for any other call. It
// can't be undone. Fails with EINVAL if there is a filter.
Result<void> EnterStrictSeccomp();
// prctl(2) PR_GET_SECCOMP: never kStrict, in which the thread is killed for
// asking; so it is by a filter that does not allow it.
Result<SeccompMode> GetSeccompMode();

// prctl(2) PR_SET_SPECULATION_CTRL: whether the thread speculates in this way:
// one of kEnable, kDisable, kForceDisable and kDisableNoexec. Fails with ENODEV
// for a feature that the kernel does not know, ENXIO where it can't be
// controlled, EPERM where it is not allowed to be, and ERANGE for another
// state.
Result<void> SetSpeculation(SpeculationFeature feature, SpeculationState state);
// prctl(2) PR_GET_SPECULATION_CTRL: whether it does, with kPrctl if it can be
// controlled. Fails with ENODEV.
Result<SpeculationState> GetSpeculation(SpeculationFeature feature);

// Core scheduling: a core runs at once only threads whose cookies are equal.
// All of these fail with EINVAL if the kernel was built without
// CONFIG_SCHED_CORE, ENODEV if no core runs several threads, ESRCH if there is
// no such thread, and EPERM if ptrace(2) could not read it. 0 is the calling
// thread.

// prctl(2) PR_SCHED_CORE_GET: of a thread; 0 if it has none.
Result<std::uint64_t> GetCoreCookie(pid_t pid = 0);
// prctl(2) PR_SCHED_CORE_CREATE: a new one for a thread, or for its process or
// process group.
Result<void> CreateCoreCookie(pid_t pid, SchedCoreScope scope);
// prctl(2) PR_SCHED_CORE_SHARE_TO: gives them the calling thread's.
Result<void> ShareCoreCookieTo(pid_t pid, SchedCoreScope scope);
// prctl(2) PR_SCHED_CORE_SHARE_FROM: gives the calling thread that of another.
Result<void> ShareCoreCookieFrom(pid_t pid);

// ---- Memory -----------------------------------------------------------------

// prctl(2) PR_MCE_KILL_SET: whether the thread gets SIGBUS when memory of its
// process is found corrupted (kEarly), or when it uses that (kLate).
Result<void> SetMceKill(MceKillPolicy policy);
// prctl(2) PR_MCE_KILL_CLEAR: does what vm.memory_failure_early_kill says.
Result<void> ClearMceKill();
// prctl(2) PR_MCE_KILL_GET: kDefault if it does.
Result<MceKillPolicy> GetMceKill();

// Whether a process goes without transparent huge pages.
enum class ThpDisable : int {
  kNo = 0,
  kYes = 1,
  kExceptAdvised = 3,  // but where madvise(2) asks for them; since Linux 6.18
};

// prctl(2) PR_SET_THP_DISABLE: of the process. Fails with EINVAL for
// kExceptAdvised before Linux 6.18.
Result<void> SetThpDisable(ThpDisable disable);
// prctl(2) PR_GET_THP_DISABLE: of the process.
Result<ThpDisable> GetThpDisable();

// prctl(2) PR_SET_MEMORY_MERGE: whether pages of the process that are equal are
// merged, where ksmd runs. Since Linux 6.4. Fails with EINVAL also if the
// kernel was built without CONFIG_KSM.
Result<void> SetMemoryMerge(bool merge);
// prctl(2) PR_GET_MEMORY_MERGE: whether they are.
Result<bool> GetMemoryMerge();

// prctl(2) PR_SET_MDWE: of the process, and, without kNoInherit, of its
// children; it can't be changed then. Since Linux 6.3. Fails with EPERM if it
// is another already, and with EINVAL for kNoInherit alone.
Result<void> SetMemoryDenyWriteExec(MemoryDenyWriteExec mask);
// prctl(2) PR_GET_MDWE: of the process.
Result<MemoryDenyWriteExec> GetMemoryDenyWriteExec();

// prctl(2) PR_SET_VMA with PR_SET_VMA_ANON_NAME: what /proc/PID/maps calls
// private memory of no file, from `start` on, which is a page's, and to the end
// of a page. Fails with EINVAL for a name of over 79 bytes, or with other
// than printable characters, or with one of []\$`; with ENOMEM where nothing is
// mapped, EBADF for a file's memory, and EINVAL if the kernel was built without
// CONFIG_ANON_VMA_NAME.
Result<void> SetMemoryName(const void* start, std::size_t size,
                           std::string_view name);
// prctl(2) PR_SET_VMA with PR_SET_VMA_ANON_NAME and no name: nothing.
Result<void> ClearMemoryName(const void* start, std::size_t size);

// One of what execve(2) told the program: AT_PAGESZ of getauxval(3), and its
// value.
//
// Thread-safety and fork: a value.
struct AuxiliaryValue {
  unsigned long type;
  unsigned long value;
};

// prctl(2) PR_GET_AUXV: the first of them in `vector`; returns how many the
// kernel has. Those after AT_NULL are nothing. Since Linux 6.4. Fails with
// EINVAL.
Result<std::size_t> GetAuxiliaryVector(std::span<AuxiliaryValue> vector);

// prctl(2) PR_SET_MM_EXE_FILE: what /proc/PID/exe is. Fails with EBUSY while
// the program that is running is mapped, EPERM without CAP_SYS_RESOURCE, EACCES
// if the file is not executable, and EBADF.
Result<void> SetExecutableFile(BorrowedFd file);

// ---- What some architectures have -------------------------------------------

// prctl(2) PR_SET_TSC: of the thread. x86, and Arm64 since Linux 6.12.
Result<void> SetTimeStampCounter(TimeStampCounter counter);
// prctl(2) PR_GET_TSC: of the thread.
Result<TimeStampCounter> GetTimeStampCounter();

// prctl(2) PR_SET_UNALIGN: of the thread. Alpha, PA-RISC, PowerPC and SuperH.
Result<void> SetUnalignedAccess(UnalignedAccess access);
// prctl(2) PR_GET_UNALIGN: of the thread.
Result<UnalignedAccess> GetUnalignedAccess();

// prctl(2) PR_SET_FPEMU: of the thread. Itanium.
Result<void> SetFpEmulation(FpEmulation emulation);
// prctl(2) PR_GET_FPEMU: of the thread.
Result<FpEmulation> GetFpEmulation();

// prctl(2) PR_SET_FPEXC: of the thread. PowerPC.
Result<void> SetFpExceptions(FpExceptions exceptions);
// prctl(2) PR_GET_FPEXC: of the thread.
Result<FpExceptions> GetFpExceptions();

// prctl(2) PR_GET_ENDIAN: of the thread. PowerPC.
Result<Endianness> GetEndianness();

// prctl(2) PR_SET_FP_MODE: of all threads of the process. MIPS. Fails with
// EOPNOTSUPP if the processor or the program can't have it.
Result<void> SetFpMode(FpMode mode);
// prctl(2) PR_GET_FP_MODE: of the process.
Result<FpMode> GetFpMode();

// How long a thread's vectors are.
//
// Thread-safety and fork: a value.
struct VectorLength {
  unsigned bytes;
  bool inherited;  // kept by execve(2)

  friend constexpr bool operator==(const VectorLength&,
                                   const VectorLength&) = default;
};

// prctl(2) PR_SVE_SET_VL: the thread's vectors get as long as they can be, but
// no longer than `bytes`, now or with execve(2). Returns how long. Arm64. What
// is in the registers is lost: without kSetVlOnexec it is only safe where
// neither the compiler nor a library uses them. Fails with EINVAL for what is
// no multiple of 16, or too long for the kernel.
Result<VectorLength> SetSveVectorLength(unsigned bytes,
                                        SveVectorFlags flags = {});
// prctl(2) PR_SVE_GET_VL: of the thread. Arm64.
Result<VectorLength> GetSveVectorLength();
// prctl(2) PR_SME_SET_VL: the same of streaming vectors.
Result<VectorLength> SetSmeVectorLength(unsigned bytes,
                                        SmeVectorFlags flags = {});
// prctl(2) PR_SME_GET_VL: of the thread. Arm64.
Result<VectorLength> GetSmeVectorLength();

// prctl(2) PR_PAC_RESET_KEYS: gives the thread new keys; all of them for none.
// Arm64. A function on the stack whose return address was signed with one of
// them can't return any more. Fails with EINVAL for a key that there is not.
[[gnu::always_inline]] inline Result<void> ResetPacKeys(PacKeys keys) {
  constexpr PrctlOption kOption = PrctlOption::kPacResetKeys;
  if (::prctl(static_cast<int>(kOption), keys.bits(), 0UL, 0UL, 0UL) != 0)
      [[unlikely]]
    return internal::Failed("prctl", kOption, keys);
  return {};
}
// prctl(2) PR_PAC_SET_ENABLED_KEYS: of `keys`, those of `enabled` work, and
// others do nothing. Arm64, since Linux 5.13. What holds for ResetPacKeys holds
// here.
[[gnu::always_inline]] inline Result<void> SetPacEnabledKeys(PacKeys keys,
                                                             PacKeys enabled) {
  constexpr PrctlOption kOption = PrctlOption::kPacSetEnabledKeys;
  if (::prctl(static_cast<int>(kOption), keys.bits(), enabled.bits(), 0UL,
              0UL) != 0) [[unlikely]]
    return internal::Failed("prctl", kOption, keys, enabled);
  return {};
}
// prctl(2) PR_PAC_GET_ENABLED_KEYS: of the thread. Arm64, since Linux 5.13.
Result<PacKeys> GetPacEnabledKeys();

namespace internal {

// PR_MTE_TAG_SHIFT and PR_PMLEN_SHIFT, which are younger than some headers.
inline constexpr int kMteTagShift = 3;
inline constexpr int kPmlenShift = 24;

}  // namespace internal

// The tags that Arm64's memory tagging may choose: bit N is for tag N.
constexpr TaggedAddresses MteTags(std::uint16_t tags) {
  return TaggedAddresses::FromBits(TaggedAddresses::Bits{tags}
                                   << internal::kMteTagShift);
}
constexpr std::uint16_t MteTags(TaggedAddresses addresses) {
  return static_cast<std::uint16_t>(
      (addresses & TaggedAddresses::kMteTagMask).bits() >>
      internal::kMteTagShift);
}
// How many of an address's upper bits RISC-V ignores, up to 127.
constexpr TaggedAddresses PointerMaskLength(unsigned bits) {
  return TaggedAddresses::FromBits(TaggedAddresses::Bits{bits}
                                   << internal::kPmlenShift) &
         TaggedAddresses::kPmlenMask;
}
constexpr unsigned PointerMaskLength(TaggedAddresses addresses) {
  return static_cast<unsigned>(
      (addresses & TaggedAddresses::kPmlenMask).bits() >>
      internal::kPmlenShift);
}

// prctl(2) PR_SET_TAGGED_ADDR_CTRL: of the thread; not kept by execve(2).
// Arm64 and RISC-V. Fails with EINVAL also if abi.tagged_addr_disabled is 1.
Result<void> SetTaggedAddresses(TaggedAddresses addresses);
// prctl(2) PR_GET_TAGGED_ADDR_CTRL: of the thread. Arm64 and RISC-V.
Result<TaggedAddresses> GetTaggedAddresses();

// Whether a thread may use RISC-V's vectors: now, and after execve(2).
//
// Thread-safety and fork: a value.
struct RiscvVectorControl {
  RiscvVectorState current = RiscvVectorState::kDefault;
  RiscvVectorState next = RiscvVectorState::kDefault;
  bool inherited = false;  // the next is kept by every execve(2)

  friend constexpr bool operator==(const RiscvVectorControl&,
                                   const RiscvVectorControl&) = default;
};

// prctl(2) PR_RISCV_V_SET_CONTROL: of the thread. RISC-V, since Linux 6.5.
// Fails with EPERM if vectors are in use and would be off.
Result<void> SetRiscvVectorControl(RiscvVectorControl control);
// prctl(2) PR_RISCV_V_GET_CONTROL: of the thread. RISC-V, since Linux 6.5.
Result<RiscvVectorControl> GetRiscvVectorControl();

// prctl(2) PR_RISCV_SET_ICACHE_FLUSH_CTX: whether fence.i may be used, and
// holds on another processor too when the thread, or all of the process, goes
// on there. RISC-V, since Linux 6.10.
Result<void> SetRiscvFencei(RiscvFencei fencei, RiscvFenceiScope scope);

// prctl(2) PR_PPC_SET_DEXCR: of the thread. PowerPC, since Linux 6.10. Fails
// with ENODEV if the processor does not have the aspect, and with EPERM if it
// can't be changed.
Result<void> SetPpcDexcr(PpcDexcrAspect aspect, PpcDexcrControl control);
// prctl(2) PR_PPC_GET_DEXCR: of the thread. PowerPC, since Linux 6.10. Fails
// with ENODEV.
Result<PpcDexcrControl> GetPpcDexcr(PpcDexcrAspect aspect);

// prctl(2) PR_GET_SHADOW_STACK_STATUS: which features the thread has. Arm64 and
// RISC-V, since Linux 6.13.
Result<ShadowStack> GetShadowStack();
// prctl(2) PR_LOCK_SHADOW_STACK_STATUS: the thread keeps those as they are. It
// can't be undone.
Result<void> LockShadowStack(ShadowStack features);

}  // namespace plumbline

#endif  // WRAPPERS_PRCTL_H_
