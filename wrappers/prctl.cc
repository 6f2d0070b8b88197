#include "wrappers/prctl.h"

#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <type_traits>

namespace plumbline {
namespace {

using std::chrono::nanoseconds;

// As every argument is, for the kernel and for the C library.
using Word = unsigned long;

Word ToWord(argument::Signal signal) {
  return static_cast<Word>(signal.number);
}
Word ToWord(argument::Hex value) { return value.value; }
Word ToWord(argument::Text text) { return reinterpret_cast<Word>(text.data); }
Word ToWord(BorrowedFd fd) { return static_cast<Word>(fd.raw()); }
template <typename T>
Word ToWord(const T& value) {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<Word>(value);
  } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    return static_cast<Word>(value);
  } else {
    return value.bits();
  }
}

// prctl(2), which is variadic: an argument that is no unsigned long would leave
// half of a register as it was. It gets all of them, and 0 for what the option
// does not take, as many look at that. An error tells those that it takes.
template <typename... Arguments>
Result<int> Call(PrctlOption option, const Arguments&... arguments) {
  static_assert(sizeof...(arguments) <= 4);
  const Word words[4] = {ToWord(arguments)...};
  const int returned =
      ::prctl(static_cast<int>(option), words[0], words[1], words[2], words[3]);
  if (returned < 0) [[unlikely]]
    return internal::Failed("prctl", option, arguments...);
  return returned;
}

// The same of an option that returns nothing.
template <typename... Arguments>
Result<void> Set(PrctlOption option, const Arguments&... arguments) {
  const Result<int> returned = Call(option, arguments...);
  if (!returned) [[unlikely]]
    return returned.error();
  return {};
}

// What an option returned or wrote as a type of ours.
template <typename Type, typename Value>
Type As(Value value) {
  if constexpr (std::is_pointer_v<Type>) {
    return reinterpret_cast<Type>(value);
  } else if constexpr (std::is_enum_v<Type> || std::is_integral_v<Type>) {
    return static_cast<Type>(value);
  } else {
    return Type::FromBits(static_cast<typename Type::Bits>(value));
  }
}

// The same of an option that returns what it gets.
template <typename Type, typename... Arguments>
Result<Type> Get(PrctlOption option, const Arguments&... arguments) {
  const Result<int> returned = Call(option, arguments...);
  if (!returned) [[unlikely]]
    return returned.error();
  return As<Type>(*returned);
}

// The same of an option that writes it where its only argument points to.
template <typename Type, typename Written = int>
Result<Type> GetWritten(PrctlOption option) {
  Written written = 0;
  const Result<int> returned = Call(option, &written);
  if (!returned) [[unlikely]]
    return returned.error();
  return As<Type>(written);
}

// What would be taken for something else is not even tried.
template <typename... Arguments>
Error Refuse(PrctlOption option, const Arguments&... arguments) {
  errno = EINVAL;
  return internal::Failed("prctl", option, arguments...);
}

// Of what is more, syscall(2) says that it is an error; on Arm, of one more
// than the 4095 that are.
constexpr Word kLongestSlack = ULONG_MAX - 4096;

static_assert(SecureBits::kNoroot.bits() == SECBIT_NOROOT);
static_assert(SecureBits::kNorootLocked.bits() == SECBIT_NOROOT_LOCKED);
static_assert(SecureBits::kNoSetuidFixup.bits() == SECBIT_NO_SETUID_FIXUP);
static_assert(SecureBits::kNoSetuidFixupLocked.bits() ==
              SECBIT_NO_SETUID_FIXUP_LOCKED);
static_assert(SecureBits::kKeepCaps.bits() == SECBIT_KEEP_CAPS);
static_assert(SecureBits::kKeepCapsLocked.bits() == SECBIT_KEEP_CAPS_LOCKED);
static_assert(SecureBits::kNoCapAmbientRaise.bits() ==
              SECBIT_NO_CAP_AMBIENT_RAISE);
static_assert(SecureBits::kNoCapAmbientRaiseLocked.bits() ==
              SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
static_assert(static_cast<int>(SeccompMode::kDisabled) ==
              SECCOMP_MODE_DISABLED);
static_assert(static_cast<int>(SeccompMode::kStrict) == SECCOMP_MODE_STRICT);
static_assert(static_cast<int>(SeccompMode::kFilter) == SECCOMP_MODE_FILTER);

}  // namespace

// ---- The process and its threads --------------------------------------------

Result<void> SetParentDeathSignal(int signal) {
  return Set(PrctlOption::kSetPdeathsig, argument::Signal{signal});
}
Result<int> GetParentDeathSignal() {
  return GetWritten<int>(PrctlOption::kGetPdeathsig);
}

Result<void> SetDumpable(Dumpable dumpable) {
  return Set(PrctlOption::kSetDumpable, static_cast<int>(dumpable));
}
Result<Dumpable> GetDumpable() {
  return Get<Dumpable>(PrctlOption::kGetDumpable);
}

Result<void> SetThreadName(const ThreadName& name) {
  return Set(PrctlOption::kSetName,
             argument::Text{name.c_str(), name.view().size()});
}
Result<ThreadName> GetThreadName() {
  char name[ThreadName::kMaxSize + 1] = {};
  const Result<int> returned =
      Call(PrctlOption::kGetName, static_cast<void*>(name));
  if (!returned) [[unlikely]]
    return returned.error();
  return ThreadName(std::string_view(name, sizeof(name)));
}

Result<void> SetTimerSlack(nanoseconds slack) {
  using Count = std::uint64_t;
  return Set(PrctlOption::kSetTimerslack,
             slack < nanoseconds(1)
                 ? Word{1}
                 : static_cast<Word>(std::min(static_cast<Count>(slack.count()),
                                              Count{kLongestSlack})));
}
Result<void> ResetTimerSlack() {
  return Set(PrctlOption::kSetTimerslack, Word{0});
}
Result<nanoseconds> GetTimerSlack() {
  constexpr PrctlOption kOption = PrctlOption::kGetTimerslack;
  const long returned = ::syscall(SYS_prctl, Word{static_cast<int>(kOption)},
                                  Word{0}, Word{0}, Word{0}, Word{0});
  if (returned == -1) [[unlikely]]
    return internal::Failed("prctl", kOption);
  constexpr auto kMost = static_cast<std::uint64_t>(nanoseconds::max().count());
  return nanoseconds(static_cast<nanoseconds::rep>(
      std::min<std::uint64_t>(static_cast<Word>(returned), kMost)));
}

Result<void> SetChildSubreaper(bool subreaper) {
  return Set(PrctlOption::kSetChildSubreaper, subreaper);
}
Result<bool> GetChildSubreaper() {
  return GetWritten<bool>(PrctlOption::kGetChildSubreaper);
}

Result<int*> GetTidAddress() {
  // A kernel of 64 bits writes 8 bytes, also for a program of 32 bits, whose
  // address is in the half that its byte order says. The other one is 0.
  std::uint64_t written = 0;
  const Result<int> returned = Call(PrctlOption::kGetTidAddress, &written);
  if (!returned) [[unlikely]]
    return returned.error();
  using Halves = std::array<std::uintptr_t, sizeof(written) / sizeof(int*)>;
  std::uintptr_t address = 0;
  for (const std::uintptr_t half : std::bit_cast<Halves>(written))
    address |= half;
  return reinterpret_cast<int*>(address);
}

Result<void> SetPtracer(pid_t pid) {
  // Of 0 and -1 the kernel makes something else.
  if (pid <= 0) [[unlikely]]
    return Refuse(PrctlOption::kSetPtracer, pid);
  return Set(PrctlOption::kSetPtracer, pid);
}
Result<void> SetAnyPtracer() {
  return Set(PrctlOption::kSetPtracer, Ptracer::kAny);
}
Result<void> ClearPtracer() { return Set(PrctlOption::kSetPtracer, 0); }

Result<void> SetProcessTiming(ProcessTiming timing) {
  return Set(PrctlOption::kSetTiming, timing);
}
Result<ProcessTiming> GetProcessTiming() {
  return Get<ProcessTiming>(PrctlOption::kGetTiming);
}

Result<void> EnablePerfEvents() {
  return Set(PrctlOption::kTaskPerfEventsEnable);
}
Result<void> DisablePerfEvents() {
  return Set(PrctlOption::kTaskPerfEventsDisable);
}

Result<void> SetIoFlusher(bool flusher) {
  return Set(PrctlOption::kSetIoFlusher, flusher);
}
Result<bool> GetIoFlusher() { return Get<bool>(PrctlOption::kGetIoFlusher); }

Result<void> SetTimerRestoreIds(bool restore) {
  return Set(PrctlOption::kTimerCreateRestoreIds,
             restore ? TimerRestoreIds::kOn : TimerRestoreIds::kOff);
}
Result<bool> GetTimerRestoreIds() {
  return Get<bool>(PrctlOption::kTimerCreateRestoreIds, TimerRestoreIds::kGet);
}

Result<void> SetFutexHashSlots(unsigned slots) {
  constexpr int kNoFlags = 0;
  return Set(PrctlOption::kFutexHash, FutexHashOperation::kSetSlots, slots,
             kNoFlags);
}
Result<unsigned> GetFutexHashSlots() {
  return Get<unsigned>(PrctlOption::kFutexHash, FutexHashOperation::kGetSlots);
}

// ---- Privileges -------------------------------------------------------------

Result<void> SetNoNewPrivileges() {
  return Set(PrctlOption::kSetNoNewPrivs, true);
}
Result<bool> GetNoNewPrivileges() {
  return Get<bool>(PrctlOption::kGetNoNewPrivs);
}

Result<bool> CapabilityIsInBoundingSet(Capability capability) {
  return Get<bool>(PrctlOption::kCapbsetRead, static_cast<int>(capability));
}
Result<void> DropCapabilityFromBoundingSet(Capability capability) {
  return Set(PrctlOption::kCapbsetDrop, static_cast<int>(capability));
}

Result<bool> CapabilityIsAmbient(Capability capability) {
  return Get<bool>(PrctlOption::kCapAmbient, AmbientOperation::kIsSet,
                   static_cast<int>(capability));
}
Result<void> RaiseAmbientCapability(Capability capability) {
  return Set(PrctlOption::kCapAmbient, AmbientOperation::kRaise,
             static_cast<int>(capability));
}
Result<void> LowerAmbientCapability(Capability capability) {
  return Set(PrctlOption::kCapAmbient, AmbientOperation::kLower,
             static_cast<int>(capability));
}
Result<void> ClearAmbientCapabilities() {
  return Set(PrctlOption::kCapAmbient, AmbientOperation::kClearAll);
}

Result<void> SetKeepCapabilities(bool keep) {
  return Set(PrctlOption::kSetKeepcaps, keep);
}
Result<bool> GetKeepCapabilities() {
  return Get<bool>(PrctlOption::kGetKeepcaps);
}

Result<void> SetSecureBits(SecureBits bits) {
  return Set(PrctlOption::kSetSecurebits, argument::Hex{bits.bits()});
}
Result<SecureBits> GetSecureBits() {
  return Get<SecureBits>(PrctlOption::kGetSecurebits);
}

Result<void> EnterStrictSeccomp() {
  return Set(PrctlOption::kSetSeccomp, static_cast<int>(SeccompMode::kStrict));
}
Result<SeccompMode> GetSeccompMode() {
  return Get<SeccompMode>(PrctlOption::kGetSeccomp);
}

Result<void> SetSpeculation(SpeculationFeature feature,
                            SpeculationState state) {
  return Set(PrctlOption::kSetSpeculationCtrl, feature, state);
}
Result<SpeculationState> GetSpeculation(SpeculationFeature feature) {
  return Get<SpeculationState>(PrctlOption::kGetSpeculationCtrl, feature);
}

Result<std::uint64_t> GetCoreCookie(pid_t pid) {
  // The kernel wants it aligned, as a program of 32 bits need not have it.
  alignas(8) std::uint64_t cookie = 0;
  const Result<int> returned =
      Call(PrctlOption::kSchedCore, SchedCoreOperation::kGet, pid,
           SchedCoreScope::kThread, &cookie);
  if (!returned) [[unlikely]]
    return returned.error();
  return cookie;
}
Result<void> CreateCoreCookie(pid_t pid, SchedCoreScope scope) {
  return Set(PrctlOption::kSchedCore, SchedCoreOperation::kCreate, pid, scope);
}
Result<void> ShareCoreCookieTo(pid_t pid, SchedCoreScope scope) {
  return Set(PrctlOption::kSchedCore, SchedCoreOperation::kShareTo, pid, scope);
}
Result<void> ShareCoreCookieFrom(pid_t pid) {
  return Set(PrctlOption::kSchedCore, SchedCoreOperation::kShareFrom, pid,
             SchedCoreScope::kThread);
}

// ---- Memory -----------------------------------------------------------------

Result<void> SetMceKill(MceKillPolicy policy) {
  return Set(PrctlOption::kMceKill, MceKillOperation::kSet, policy);
}
Result<void> ClearMceKill() {
  return Set(PrctlOption::kMceKill, MceKillOperation::kClear);
}
Result<MceKillPolicy> GetMceKill() {
  return Get<MceKillPolicy>(PrctlOption::kMceKillGet);
}

Result<void> SetThpDisable(ThpDisable disable) {
  // The upper bit is of the next argument.
  const int bits = static_cast<int>(disable);
  return Set(PrctlOption::kSetThpDisable, bits & 1, bits & ~1);
}
Result<ThpDisable> GetThpDisable() {
  return Get<ThpDisable>(PrctlOption::kGetThpDisable);
}

Result<void> SetMemoryMerge(bool merge) {
  return Set(PrctlOption::kSetMemoryMerge, merge);
}
Result<bool> GetMemoryMerge() {
  return Get<bool>(PrctlOption::kGetMemoryMerge);
}

Result<void> SetMemoryDenyWriteExec(MemoryDenyWriteExec mask) {
  return Set(PrctlOption::kSetMdwe, mask);
}
Result<MemoryDenyWriteExec> GetMemoryDenyWriteExec() {
  return Get<MemoryDenyWriteExec>(PrctlOption::kGetMdwe);
}

Result<void> SetMemoryName(const void* start, std::size_t size,
                           std::string_view name) {
  // One byte more than the kernel takes, for it to say so.
  char text[81] = {};
  if (name.find('\0') != name.npos) [[unlikely]]
    return Refuse(PrctlOption::kSetVma, VmaAttribute::kAnonName, start, size,
                  argument::Text{name.data(), name.size()});
  name.copy(text, sizeof(text) - 1);
  return Set(PrctlOption::kSetVma, VmaAttribute::kAnonName, start, size,
             argument::Text{text, strlen(text)});
}
Result<void> ClearMemoryName(const void* start, std::size_t size) {
  return Set(PrctlOption::kSetVma, VmaAttribute::kAnonName, start, size);
}

Result<std::size_t> GetAuxiliaryVector(std::span<AuxiliaryValue> vector) {
  const Result<int> returned =
      Call(PrctlOption::kGetAuxv, static_cast<void*>(vector.data()),
           vector.size_bytes());
  if (!returned) [[unlikely]]
    return returned.error();
  return static_cast<std::size_t>(*returned) / sizeof(AuxiliaryValue);
}

Result<void> SetExecutableFile(BorrowedFd file) {
  return Set(PrctlOption::kSetMm, MmField::kExeFile, file);
}

// ---- What some architectures have -------------------------------------------

Result<void> SetTimeStampCounter(TimeStampCounter counter) {
  return Set(PrctlOption::kSetTsc, counter);
}
Result<TimeStampCounter> GetTimeStampCounter() {
  return GetWritten<TimeStampCounter>(PrctlOption::kGetTsc);
}

Result<void> SetUnalignedAccess(UnalignedAccess access) {
  return Set(PrctlOption::kSetUnalign, access);
}
Result<UnalignedAccess> GetUnalignedAccess() {
  return GetWritten<UnalignedAccess>(PrctlOption::kGetUnalign);
}

Result<void> SetFpEmulation(FpEmulation emulation) {
  return Set(PrctlOption::kSetFpemu, emulation);
}
Result<FpEmulation> GetFpEmulation() {
  return GetWritten<FpEmulation>(PrctlOption::kGetFpemu);
}

Result<void> SetFpExceptions(FpExceptions exceptions) {
  return Set(PrctlOption::kSetFpexc, exceptions);
}
Result<FpExceptions> GetFpExceptions() {
  return GetWritten<FpExceptions>(PrctlOption::kGetFpexc);
}

Result<Endianness> GetEndianness() {
  return GetWritten<Endianness>(PrctlOption::kGetEndian);
}

Result<void> SetFpMode(FpMode mode) {
  return Set(PrctlOption::kSetFpMode, mode);
}
Result<FpMode> GetFpMode() { return Get<FpMode>(PrctlOption::kGetFpMode); }

namespace {

// SME's are encoded in the same way.
VectorLength Length(int value) {
  return {static_cast<unsigned>(value & PR_SVE_VL_LEN_MASK),
          (value & PR_SVE_VL_INHERIT) != 0};
}
static_assert(SmeVectorFlags::kVlInherit.bits() == PR_SVE_VL_INHERIT);

template <typename Flags>
Result<VectorLength> SetVectorLength(PrctlOption option, unsigned bytes,
                                     Flags flags) {
  const argument::Hex value = {bytes | flags.bits()};
  if ((bytes & ~unsigned{PR_SVE_VL_LEN_MASK}) != 0) [[unlikely]]
    return Refuse(option, value);
  return Call(option, value).transform(Length);
}

}  // namespace

Result<VectorLength> SetSveVectorLength(unsigned bytes, SveVectorFlags flags) {
  return SetVectorLength(PrctlOption::kSveSetVl, bytes, flags);
}
Result<VectorLength> GetSveVectorLength() {
  return Call(PrctlOption::kSveGetVl).transform(Length);
}
Result<VectorLength> SetSmeVectorLength(unsigned bytes, SmeVectorFlags flags) {
  return SetVectorLength(PrctlOption::kSmeSetVl, bytes, flags);
}
Result<VectorLength> GetSmeVectorLength() {
  return Call(PrctlOption::kSmeGetVl).transform(Length);
}

Result<PacKeys> GetPacEnabledKeys() {
  return Get<PacKeys>(PrctlOption::kPacGetEnabledKeys);
}

Result<void> SetTaggedAddresses(TaggedAddresses addresses) {
  return Set(PrctlOption::kSetTaggedAddrCtrl, addresses);
}
Result<TaggedAddresses> GetTaggedAddresses() {
  return Get<TaggedAddresses>(PrctlOption::kGetTaggedAddrCtrl);
}

namespace {

// Where RISC-V has the next state, and whether it is inherited.
constexpr int kRiscvNextShift = 2;
constexpr int kRiscvStateMask = 3;
constexpr int kRiscvInherit = 0x10;

}  // namespace

Result<void> SetRiscvVectorControl(RiscvVectorControl control) {
  return Set(PrctlOption::kRiscvVSetControl,
             argument::Hex{static_cast<unsigned>(
                 static_cast<int>(control.current) |
                 static_cast<int>(control.next) << kRiscvNextShift |
                 (control.inherited ? kRiscvInherit : 0))});
}
Result<RiscvVectorControl> GetRiscvVectorControl() {
  return Call(PrctlOption::kRiscvVGetControl).transform([](int value) {
    return RiscvVectorControl{
        As<RiscvVectorState>(value & kRiscvStateMask),
        As<RiscvVectorState>(value >> kRiscvNextShift & kRiscvStateMask),
        (value & kRiscvInherit) != 0};
  });
}

Result<void> SetRiscvFencei(RiscvFencei fencei, RiscvFenceiScope scope) {
  return Set(PrctlOption::kRiscvSetIcacheFlushCtx, fencei, scope);
}

Result<void> SetPpcDexcr(PpcDexcrAspect aspect, PpcDexcrControl control) {
  return Set(PrctlOption::kPpcSetDexcr, aspect, control);
}
Result<PpcDexcrControl> GetPpcDexcr(PpcDexcrAspect aspect) {
  return Get<PpcDexcrControl>(PrctlOption::kPpcGetDexcr, aspect);
}

Result<ShadowStack> GetShadowStack() {
  return GetWritten<ShadowStack, Word>(PrctlOption::kGetShadowStackStatus);
}
Result<void> LockShadowStack(ShadowStack features) {
  return Set(PrctlOption::kLockShadowStackStatus, features);
}

}  // namespace plumbline
