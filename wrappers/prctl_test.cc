#include "wrappers/prctl.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/constant_names.h"
#include "wrappers/syscall_error.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/fake_prctl.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::AllOf;
using testing::Eq;
using testing::HasSubstr;
using testing::Ne;
using testing::Not;
using testing::StartsWith;
using testing_support::FakePrctl;

using Word = unsigned long;

// Compiled once, and no value() that there is not leaves the child.
void InChild(const std::function<void()>& body) {
  testing_support::InChild([&] {
    try {
      body();
    } catch (const SyscallError& error) {
      ADD_FAILURE() << error.what();
    }
  });
}

// ---- Every function's call --------------------------------------------------

template <typename Type>
Type* Pointer(Word word) {
  return reinterpret_cast<Type*>(word);
}

// An argument as the kernel should get it: a value, or some address.
class Argument {
 public:
  static const Argument kAddress;

  template <typename Number>
  requires std::is_integral_v<Number> Argument(Number value)  // NOLINT
      : value_(static_cast<Word>(value)) {}
  Argument(const void* pointer)  // NOLINT: converts
      : value_(reinterpret_cast<Word>(pointer)) {}

  bool Is(Word word) const { return value_ ? word == *value_ : word != 0; }

 private:
  Argument() = default;
  std::optional<Word> value_;
};
const Argument Argument::kAddress;

// What a function of prctl.h is to do: the option and its arguments, and how an
// error tells them, or at least how that starts if it ends in an address.
struct Wrapped {
  std::string text;
  std::string function;
  std::optional<Error> (*call)();
  std::vector<Argument> arguments;  // without the zeros at the end

  // "PR_SET_NAME"
  std::string option() const { return text.substr(0, text.find(',')); }
};

template <typename T>
std::optional<Error> ErrorOf(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error();
}

#define WRAPS(text, expression, ...)                                       \
  Wrapped {                                                                \
    text, #expression, [] { return ErrorOf(expression); }, { __VA_ARGS__ } \
  }

std::vector<Wrapped> AllWrapped() {
  const Argument kAddress = Argument::kAddress;
  static int buffer[4];
  static AuxiliaryValue vector[3];
  return {
      WRAPS("PR_SET_PDEATHSIG, SIGTERM", SetParentDeathSignal(SIGTERM), 15),
      WRAPS("PR_SET_PDEATHSIG, -1", SetParentDeathSignal(-1), -1L),
      WRAPS("PR_GET_PDEATHSIG, 0x", GetParentDeathSignal(), kAddress),
      WRAPS("PR_SET_DUMPABLE, 1", SetDumpable(Dumpable::kYes), 1),
      WRAPS("PR_GET_DUMPABLE", GetDumpable()),
      WRAPS("PR_SET_NAME, \"worker\"", SetThreadName("worker"), kAddress),
      WRAPS("PR_GET_NAME, 0x", GetThreadName(), kAddress),
      WRAPS("PR_SET_TIMERSLACK, 70000", SetTimerSlack(70us), 70000),
      WRAPS("PR_SET_TIMERSLACK, 1", SetTimerSlack(0s), 1),
      WRAPS("PR_SET_TIMERSLACK, 1", SetTimerSlack(nanoseconds::min()), 1),
      WRAPS("PR_SET_TIMERSLACK, 0", ResetTimerSlack(), 0),
      WRAPS("PR_SET_CHILD_SUBREAPER, 1", SetChildSubreaper(true), 1),
      WRAPS("PR_SET_CHILD_SUBREAPER, 0", SetChildSubreaper(false), 0),
      WRAPS("PR_GET_CHILD_SUBREAPER, 0x", GetChildSubreaper(), kAddress),
      WRAPS("PR_GET_TID_ADDRESS, 0x", GetTidAddress(), kAddress),
      WRAPS("PR_SET_PTRACER, 77", SetPtracer(77), 77),
      WRAPS("PR_SET_PTRACER, PR_SET_PTRACER_ANY", SetAnyPtracer(), -1L),
      WRAPS("PR_SET_PTRACER, 0", ClearPtracer(), 0),
      WRAPS("PR_SET_TIMING, PR_TIMING_TIMESTAMP",
            SetProcessTiming(ProcessTiming::kTimestamp), 1),
      WRAPS("PR_GET_TIMING", GetProcessTiming()),
      WRAPS("PR_TASK_PERF_EVENTS_ENABLE", EnablePerfEvents()),
      WRAPS("PR_TASK_PERF_EVENTS_DISABLE", DisablePerfEvents()),
      WRAPS("PR_SET_IO_FLUSHER, 1", SetIoFlusher(true), 1),
      WRAPS("PR_GET_IO_FLUSHER", GetIoFlusher()),
      WRAPS("PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_ON",
            SetTimerRestoreIds(true), 1),
      WRAPS("PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_OFF",
            SetTimerRestoreIds(false), 0),
      WRAPS("PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_GET",
            GetTimerRestoreIds(), 2),
      WRAPS("PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, 16, 0",
            SetFutexHashSlots(16), 1, 16),
      WRAPS("PR_FUTEX_HASH, PR_FUTEX_HASH_GET_SLOTS", GetFutexHashSlots(), 2),
      WRAPS("PR_SET_NO_NEW_PRIVS, 1", SetNoNewPrivileges(), 1),
      WRAPS("PR_GET_NO_NEW_PRIVS", GetNoNewPrivileges()),
      WRAPS("PR_CAPBSET_READ, 34",
            CapabilityIsInBoundingSet(Capability::kSyslog), 34),
      WRAPS("PR_CAPBSET_DROP, 27",
            DropCapabilityFromBoundingSet(Capability::kMknod), 27),
      WRAPS("PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 5",
            CapabilityIsAmbient(Capability::kKill), 1, 5),
      WRAPS("PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5",
            RaiseAmbientCapability(Capability::kKill), 2, 5),
      WRAPS("PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, 5",
            LowerAmbientCapability(Capability::kKill), 3, 5),
      WRAPS("PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL",
            ClearAmbientCapabilities(), 4),
      WRAPS("PR_SET_KEEPCAPS, 1", SetKeepCapabilities(true), 1),
      WRAPS("PR_GET_KEEPCAPS", GetKeepCapabilities()),
      WRAPS("PR_SET_SECUREBITS, 0x21",
            SetSecureBits(SecureBits::kNoroot | SecureBits::kKeepCapsLocked),
            0x21),
      WRAPS("PR_GET_SECUREBITS", GetSecureBits()),
      WRAPS("PR_SET_SECCOMP, 1", EnterStrictSeccomp(), SECCOMP_MODE_STRICT),
      WRAPS("PR_GET_SECCOMP", GetSeccompMode()),
      WRAPS("PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, "
            "PR_SPEC_FORCE_DISABLE",
            SetSpeculation(SpeculationFeature::kIndirectBranch,
                           SpeculationState::kForceDisable),
            1, 8),
      WRAPS("PR_GET_SPECULATION_CTRL, PR_SPEC_L1D_FLUSH",
            GetSpeculation(SpeculationFeature::kL1dFlush), 2),
      WRAPS("PR_SCHED_CORE, PR_SCHED_CORE_GET, 77, PR_SCHED_CORE_SCOPE_THREAD, "
            "0x",
            GetCoreCookie(77), 0, 77, 0, kAddress),
      WRAPS("PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 77, "
            "PR_SCHED_CORE_SCOPE_PROCESS_GROUP",
            CreateCoreCookie(77, SchedCoreScope::kProcessGroup), 1, 77, 2),
      WRAPS("PR_SCHED_CORE, PR_SCHED_CORE_SHARE_TO, 77, "
            "PR_SCHED_CORE_SCOPE_THREAD_GROUP",
            ShareCoreCookieTo(77, SchedCoreScope::kThreadGroup), 2, 77, 1),
      WRAPS("PR_SCHED_CORE, PR_SCHED_CORE_SHARE_FROM, 77, "
            "PR_SCHED_CORE_SCOPE_THREAD",
            ShareCoreCookieFrom(77), 3, 77, 0),
      WRAPS("PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_DEFAULT",
            SetMceKill(MceKillPolicy::kDefault), 1, 2),
      WRAPS("PR_MCE_KILL, PR_MCE_KILL_CLEAR", ClearMceKill(), 0),
      WRAPS("PR_MCE_KILL_GET", GetMceKill()),
      WRAPS("PR_SET_THP_DISABLE, 0, 0", SetThpDisable(ThpDisable::kNo), 0),
      WRAPS("PR_SET_THP_DISABLE, 1, 0", SetThpDisable(ThpDisable::kYes), 1),
      WRAPS("PR_SET_THP_DISABLE, 1, 2",
            SetThpDisable(ThpDisable::kExceptAdvised), 1, 2),
      WRAPS("PR_GET_THP_DISABLE", GetThpDisable()),
      WRAPS("PR_SET_MEMORY_MERGE, 1", SetMemoryMerge(true), 1),
      WRAPS("PR_GET_MEMORY_MERGE", GetMemoryMerge()),
      WRAPS("PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN|PR_MDWE_NO_INHERIT",
            SetMemoryDenyWriteExec(MemoryDenyWriteExec::kRefuseExecGain |
                                   MemoryDenyWriteExec::kNoInherit),
            3),
      WRAPS("PR_GET_MDWE", GetMemoryDenyWriteExec()),
      WRAPS("PR_SET_VMA, PR_SET_VMA_ANON_NAME, NULL, 8192, \"heap\"",
            SetMemoryName(nullptr, 8192, "heap"), 0, 0, 8192, kAddress),
      WRAPS("PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x",
            ClearMemoryName(buffer, 4096), 0, buffer, 4096),
      WRAPS("PR_GET_AUXV, 0x", GetAuxiliaryVector(vector), vector,
            sizeof(vector)),
      WRAPS("PR_SET_MM, PR_SET_MM_EXE_FILE, 7",
            SetExecutableFile(BorrowedFd::FromRaw(7)), 13, 7),
      WRAPS("PR_SET_TSC, PR_TSC_SIGSEGV",
            SetTimeStampCounter(TimeStampCounter::kSigsegv), 2),
      WRAPS("PR_GET_TSC, 0x", GetTimeStampCounter(), kAddress),
      WRAPS("PR_SET_UNALIGN, PR_UNALIGN_SIGBUS",
            SetUnalignedAccess(UnalignedAccess::kSigbus), 2),
      WRAPS("PR_GET_UNALIGN, 0x", GetUnalignedAccess(), kAddress),
      WRAPS("PR_SET_FPEMU, PR_FPEMU_SIGFPE",
            SetFpEmulation(FpEmulation::kSigfpe), 2),
      WRAPS("PR_GET_FPEMU, 0x", GetFpEmulation(), kAddress),
      WRAPS("PR_SET_FPEXC, PR_FP_EXC_SW_ENABLE|PR_FP_EXC_DIV",
            SetFpExceptions(FpExceptions::kSwEnable | FpExceptions::kDiv),
            0x10080),
      WRAPS("PR_GET_FPEXC, 0x", GetFpExceptions(), kAddress),
      WRAPS("PR_GET_ENDIAN, 0x", GetEndianness(), kAddress),
      WRAPS("PR_SET_FP_MODE, PR_FP_MODE_FR|PR_FP_MODE_FRE",
            SetFpMode(FpMode::kFr | FpMode::kFre), 3),
      WRAPS("PR_GET_FP_MODE", GetFpMode()),
      WRAPS("PR_SVE_SET_VL, 0x20020",
            SetSveVectorLength(32, SveVectorFlags::kVlInherit), 0x20020),
      WRAPS("PR_SVE_GET_VL", GetSveVectorLength()),
      WRAPS("PR_SME_SET_VL, 0x40040",
            SetSmeVectorLength(64, SmeVectorFlags::kSetVlOnexec), 0x40040),
      WRAPS("PR_SME_GET_VL", GetSmeVectorLength()),
      WRAPS("PR_PAC_RESET_KEYS, PR_PAC_APIAKEY|PR_PAC_APGAKEY",
            ResetPacKeys(PacKeys::kApiakey | PacKeys::kApgakey), 0x11),
      WRAPS("PR_PAC_SET_ENABLED_KEYS, PR_PAC_APIAKEY|PR_PAC_APDBKEY, "
            "PR_PAC_APDBKEY",
            SetPacEnabledKeys(PacKeys::kApiakey | PacKeys::kApdbkey,
                              PacKeys::kApdbkey),
            9, 8),
      WRAPS("PR_PAC_GET_ENABLED_KEYS", GetPacEnabledKeys()),
      WRAPS("PR_SET_TAGGED_ADDR_CTRL, "
            "PR_TAGGED_ADDR_ENABLE|PR_MTE_TCF_ASYNC|0x18",
            SetTaggedAddresses(TaggedAddresses::kTaggedAddrEnable |
                               TaggedAddresses::kMteTcfAsync | MteTags(3)),
            0x1d),
      WRAPS("PR_GET_TAGGED_ADDR_CTRL", GetTaggedAddresses()),
      WRAPS("PR_RISCV_V_SET_CONTROL, 0x19",
            SetRiscvVectorControl(
                {RiscvVectorState::kOff, RiscvVectorState::kOn, true}),
            0x19),
      WRAPS("PR_RISCV_V_SET_CONTROL, 0x0", SetRiscvVectorControl({}), 0),
      WRAPS("PR_RISCV_V_GET_CONTROL", GetRiscvVectorControl()),
      WRAPS("PR_RISCV_SET_ICACHE_FLUSH_CTX, PR_RISCV_CTX_SW_FENCEI_OFF, "
            "PR_RISCV_SCOPE_PER_PROCESS",
            SetRiscvFencei(RiscvFencei::kOff, RiscvFenceiScope::kPerProcess), 1,
            0),
      WRAPS("PR_RISCV_SET_ICACHE_FLUSH_CTX, PR_RISCV_CTX_SW_FENCEI_ON, "
            "PR_RISCV_SCOPE_PER_THREAD",
            SetRiscvFencei(RiscvFencei::kOn, RiscvFenceiScope::kPerThread), 0,
            1),
      WRAPS("PR_PPC_SET_DEXCR, PR_PPC_DEXCR_NPHIE, "
            "PR_PPC_DEXCR_CTRL_SET|PR_PPC_DEXCR_CTRL_SET_ONEXEC",
            SetPpcDexcr(PpcDexcrAspect::kNphie,
                        PpcDexcrControl::kSet | PpcDexcrControl::kSetOnexec),
            3, 10),
      WRAPS("PR_PPC_GET_DEXCR, PR_PPC_DEXCR_IBRTPD",
            GetPpcDexcr(PpcDexcrAspect::kIbrtpd), 1),
      WRAPS("PR_GET_SHADOW_STACK_STATUS, 0x", GetShadowStack(), kAddress),
      WRAPS("PR_LOCK_SHADOW_STACK_STATUS, "
            "PR_SHADOW_STACK_WRITE|PR_SHADOW_STACK_PUSH",
            LockShadowStack(ShadowStack::kWrite | ShadowStack::kPush), 6),
  };
}

// The value of a constant that is one of the type's.
int ValueOf(const char* type, const std::string& name) {
  for (const internal::ConstantName& one :
       internal::FindConstantsType(type)->names) {
    if (one.name == name) return static_cast<int>(one.value);
  }
  ADD_FAILURE() << name << " is no " << type;
  return -1;
}

TEST(PrctlCall, HasItsArgumentsAndZerosForTheRest) {
  for (const Wrapped& one : AllWrapped()) {
    SCOPED_TRACE(one.function);
    FakePrctl kernel;
    EXPECT_EQ(one.call(), std::nullopt);
    ASSERT_EQ(kernel.calls().size(), 1u);
    const FakePrctl::Call& call = kernel.calls()[0];
    EXPECT_EQ(call.option, ValueOf("PrctlOption", one.option()));
    ASSERT_LE(one.arguments.size(), call.arguments.size());
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      const Argument expected =
          i < one.arguments.size() ? one.arguments[i] : Argument(0);
      EXPECT_TRUE(expected.Is(call.arguments[i]))
          << i << " is " << call.arguments[i];
    }
  }
}

TEST(PrctlCall, ReportsItsErrorAndItsArguments) {
  for (const Wrapped& one : AllWrapped()) {
    SCOPED_TRACE(one.function);
    FakePrctl kernel;
    kernel.Return(-1, EXDEV);
    errno = 0;
    const std::optional<Error> error = one.call();
    EXPECT_EQ(errno, EXDEV);
    ASSERT_NE(error, std::nullopt);
    EXPECT_EQ(error->function(), "prctl");
    EXPECT_EQ(error->number(), EXDEV);
    EXPECT_FALSE(error->documented());
    std::string text = error->arguments();
    if (one.text.ends_with("0x")) text.resize(one.text.size());
    EXPECT_EQ(text, one.text);
  }
}

TEST(PrctlCall, LeavesErrnoAloneIfItSucceeds) {
  for (const Wrapped& one : AllWrapped()) {
    FakePrctl kernel;
    errno = EDOM;
    EXPECT_EQ(one.call(), std::nullopt);
    EXPECT_EQ(errno, EDOM) << one.function;
  }
}

// Options that no function is for, and why; the header says more.
const std::map<std::string, std::string>& LeftOut() {
  static const std::map<std::string, std::string> kLeftOut = {
      {"PR_MPX_ENABLE_MANAGEMENT", "Linux has not had it since 5.4"},
      {"PR_MPX_DISABLE_MANAGEMENT", "Linux has not had it since 5.4"},
      {"PR_SET_ENDIAN", "the code that goes on is in the other byte order"},
      {"PR_SET_SHADOW_STACK_STATUS", "the function could not return"},
      {"PR_SET_SYSCALL_USER_DISPATCH", "keeps an address, and needs assembler"},
      {"PR_SET_MM_START_CODE", "an address of the program's parts"},
      {"PR_SET_MM_END_CODE", "an address of the program's parts"},
      {"PR_SET_MM_START_DATA", "an address of the program's parts"},
      {"PR_SET_MM_END_DATA", "an address of the program's parts"},
      {"PR_SET_MM_START_STACK", "an address of the program's parts"},
      {"PR_SET_MM_START_BRK", "an address of the program's parts"},
      {"PR_SET_MM_BRK", "an address of the program's parts"},
      {"PR_SET_MM_ARG_START", "an address of the program's parts"},
      {"PR_SET_MM_ARG_END", "an address of the program's parts"},
      {"PR_SET_MM_ENV_START", "an address of the program's parts"},
      {"PR_SET_MM_ENV_END", "an address of the program's parts"},
      {"PR_SET_MM_AUXV", "replaces what the program was told"},
      {"PR_SET_MM_MAP", "all of these addresses"},
      {"PR_SET_MM_MAP_SIZE", "of use with PR_SET_MM_MAP only"},
  };
  return kLeftOut;
}

// Every option that bindings/prctl.toml declares, and every operation that an
// option has, is either made by a function or left out for a reason.
TEST(PrctlCall, NoOptionIsOverlooked) {
  // Made by syscall(2), which no fake sees; PrctlTimerSlack tests it.
  std::set<std::string> made = {"PR_GET_TIMERSLACK"};
  for (const Wrapped& one : AllWrapped()) {
    std::istringstream words(one.text);
    for (std::string word; std::getline(words >> std::ws, word, ',');)
      made.insert(word);
  }
  std::set<std::string> declared;
  for (const char* const type :
       {"PrctlOption", "MmField", "Ptracer", "AmbientOperation",
        "MceKillOperation", "SchedCoreOperation", "VmaAttribute",
        "TimerRestoreIds", "FutexHashOperation"}) {
    for (const internal::ConstantName& one :
         internal::FindConstantsType(type)->names)
      declared.insert(one.name);
  }
  for (const std::string& name : declared) {
    if (made.count(name) == LeftOut().count(name))
      ADD_FAILURE() << name
                    << (made.count(name) == 0 ? " is overlooked"
                                              : " is not left out");
  }
  for (const auto& [name, why] : LeftOut())
    EXPECT_EQ(declared.count(name), 1u) << name << " is no option";
}

// What a call of the real kernel's prctl(2) returns here depends on the
// machine; what is made of it does not.
TEST(PrctlResult, IsWhatTheCallReturned) {
  FakePrctl kernel;
  kernel.Return(1);
  EXPECT_EQ(GetDumpable().value(), Dumpable::kYes);
  EXPECT_EQ(GetProcessTiming().value(), ProcessTiming::kTimestamp);
  EXPECT_EQ(GetIoFlusher().value(), true);
  EXPECT_EQ(GetTimerRestoreIds().value(), true);
  EXPECT_EQ(GetNoNewPrivileges().value(), true);
  EXPECT_EQ(CapabilityIsInBoundingSet(Capability::kKill).value(), true);
  EXPECT_EQ(CapabilityIsAmbient(Capability::kKill).value(), true);
  EXPECT_EQ(GetKeepCapabilities().value(), true);
  EXPECT_EQ(GetMemoryMerge().value(), true);
  EXPECT_EQ(GetThpDisable().value(), ThpDisable::kYes);
  EXPECT_EQ(GetMceKill().value(), MceKillPolicy::kEarly);
  EXPECT_EQ(GetMemoryDenyWriteExec().value(),
            MemoryDenyWriteExec::kRefuseExecGain);
  kernel.Return(0);
  EXPECT_EQ(GetIoFlusher().value(), false);
  EXPECT_EQ(GetKeepCapabilities().value(), false);
  EXPECT_EQ(GetMceKill().value(), MceKillPolicy::kLate);
  kernel.Return(2);
  EXPECT_EQ(GetSeccompMode().value(), SeccompMode::kFilter);
  EXPECT_EQ(GetDumpable().value(), Dumpable::kByRoot);
  kernel.Return(3);
  EXPECT_EQ(GetThpDisable().value(), ThpDisable::kExceptAdvised);
  EXPECT_EQ(GetFpMode().value(), FpMode::kFr | FpMode::kFre);
  EXPECT_EQ(GetSpeculation(SpeculationFeature::kStoreBypass).value(),
            SpeculationState::kPrctl | SpeculationState::kEnable);
  kernel.Return(5);
  EXPECT_EQ(GetSecureBits().value(),
            SecureBits::kNoroot | SecureBits::kNoSetuidFixup);
  kernel.Return(6);
  EXPECT_EQ(GetPacEnabledKeys().value(), PacKeys::kApibkey | PacKeys::kApdakey);
  kernel.Return(9);
  EXPECT_EQ(GetPpcDexcr(PpcDexcrAspect::kSbhe).value(),
            PpcDexcrControl::kEditable | PpcDexcrControl::kSetOnexec);
  kernel.Return(4096);
  EXPECT_EQ(GetFutexHashSlots().value(), 4096u);
  kernel.Return(0x20100);
  EXPECT_EQ(GetSveVectorLength().value(), (VectorLength{256, true}));
  EXPECT_EQ(SetSveVectorLength(512).value(), (VectorLength{256, true}));
  EXPECT_EQ(GetSmeVectorLength().value(), (VectorLength{256, true}));
  EXPECT_EQ(SetSmeVectorLength(512).value(), (VectorLength{256, true}));
  kernel.Return(64);
  EXPECT_EQ(GetSveVectorLength().value(), (VectorLength{64, false}));
  kernel.Return(0x16);
  EXPECT_EQ(GetRiscvVectorControl().value(),
            (RiscvVectorControl{RiscvVectorState::kOn, RiscvVectorState::kOff,
                                true}));
  kernel.Return(0x8);
  EXPECT_EQ(GetRiscvVectorControl().value(),
            (RiscvVectorControl{RiscvVectorState::kDefault,
                                RiscvVectorState::kOn, false}));
  kernel.Return(0x1b);
  EXPECT_EQ(GetTaggedAddresses().value(), TaggedAddresses::kTaggedAddrEnable |
                                              TaggedAddresses::kMteTcfSync |
                                              MteTags(0b11));
  kernel.Return(448);
  EXPECT_EQ(GetAuxiliaryVector({}).value(), 448 / (2 * sizeof(long)));
}

TEST(PrctlResult, IsWhatTheCallWrote) {
  FakePrctl kernel;
  kernel.Do([](const FakePrctl::Call& call) {
    *Pointer<int>(call.arguments[0]) = 2;
  });
  EXPECT_EQ(GetParentDeathSignal().value(), 2);
  EXPECT_EQ(GetChildSubreaper().value(), true);
  EXPECT_EQ(GetTimeStampCounter().value(), TimeStampCounter::kSigsegv);
  EXPECT_EQ(GetUnalignedAccess().value(), UnalignedAccess::kSigbus);
  EXPECT_EQ(GetFpEmulation().value(), FpEmulation::kSigfpe);
  EXPECT_EQ(GetFpExceptions().value(), FpExceptions::kAsync);
  EXPECT_EQ(GetEndianness().value(), Endianness::kPpcLittle);
  kernel.Do([](const FakePrctl::Call& call) {
    *Pointer<Word>(call.arguments[0]) = ~(~Word{0} >> 1) | 5;
  });
  EXPECT_EQ(GetShadowStack().value(), ShadowStack::FromBits(~(~Word{0} >> 1)) |
                                          ShadowStack::kEnable |
                                          ShadowStack::kPush);
  kernel.Do([](const FakePrctl::Call& call) {
    EXPECT_EQ(call.arguments[3] % 8, 0u);
    *Pointer<std::uint64_t>(call.arguments[3]) = 0xfedcba9876543210;
  });
  EXPECT_EQ(GetCoreCookie().value(), 0xfedcba9876543210);
  kernel.Do([](const FakePrctl::Call& call) {
    memcpy(Pointer<char>(call.arguments[0]), "sixteen bytes ..", 16);
  });
  EXPECT_EQ(GetThreadName().value(), ThreadName("sixteen bytes ."));
}

// A kernel of 64 bits writes 64, also for a program of 32 bits; if it is big
// endian, the address is in the second half.
TEST(PrctlResult, IsTheTidAddressHoweverTheKernelWritesIt) {
  static int word;
  FakePrctl kernel;
  for (const std::size_t half : {std::size_t{0}, 8 / sizeof(int*) - 1}) {
    kernel.Do([=](const FakePrctl::Call& call) {
      Pointer<int*>(call.arguments[0])[half] = &word;
    });
    EXPECT_EQ(GetTidAddress(), &word);
  }
  kernel.Do(nullptr);
  EXPECT_EQ(GetTidAddress(), nullptr);
}

TEST(PrctlResult, OfWhatIsRefusedIsNoCall) {
  FakePrctl kernel;
  for (const pid_t pid : {0, -1, -77}) {
    errno = 0;
    const Result<void> result = SetPtracer(pid);
    ASSERT_FAILS(result, EINVAL);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(result.error().arguments(),
              "PR_SET_PTRACER, " + std::to_string(pid));
    EXPECT_THAT(result.error().explanation(),
                HasSubstr("pid is of no process"));
  }
  EXPECT_FAILS(SetSveVectorLength(0x10000), EINVAL);
  EXPECT_FAILS(SetSmeVectorLength(0x20010), EINVAL);
  EXPECT_FAILS(SetMemoryName(nullptr, 1, std::string_view("a\0b", 3)), EINVAL);
  EXPECT_TRUE(kernel.calls().empty());
  EXPECT_SUCCEEDS(SetSveVectorLength(0xffff));
  EXPECT_EQ(kernel.calls().size(), 1u);
}

TEST(PrctlResult, OfAnErrorIsWhatTheManualSaysOfTheOperation) {
  FakePrctl kernel;
  kernel.Return(-1, EPERM);
  EXPECT_EQ(SetKeepCapabilities(true).error().ToString(),
            "prctl(PR_SET_KEEPCAPS, 1) = EPERM (Operation not permitted): the "
            "securebit SECBIT_KEEP_CAPS_LOCKED is set");
  const Error raised = RaiseAmbientCapability(Capability::kKill).error();
  EXPECT_TRUE(raised.documented());
  EXPECT_THAT(raised.explanation(),
              AllOf(HasSubstr("cap is not in the permitted set"),
                    HasSubstr("cap is not in the inheritable set"),
                    Not(HasSubstr("SETPCAP"))));
  EXPECT_FALSE(LowerAmbientCapability(Capability::kKill).error().documented());
  kernel.Return(-1, EINVAL);
  EXPECT_THAT(
      SetMceKill(static_cast<MceKillPolicy>(9)).error().ToString(),
      AllOf(StartsWith("prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 0x9) = EINVAL "),
            HasSubstr("pol is none of PR_MCE_KILL_EARLY")));
  EXPECT_THAT(ClearMceKill().error().explanation(),
              Not(HasSubstr("pol is none")));
  kernel.Return(-1, ENXIO);
  EXPECT_TRUE(SetSpeculation(SpeculationFeature::kStoreBypass,
                             SpeculationState::kDisable)
                  .error()
                  .documented());
}

// ---- Values -----------------------------------------------------------------

TEST(PrctlThreadName, IsTheFirstFifteenBytes) {
  constexpr ThreadName kShort = "worker";
  static_assert(kShort.view() == "worker");
  static_assert(ThreadName("0123456789abcde").view() == "0123456789abcde");
  static_assert(ThreadName("0123456789abcdef").view() == "0123456789abcde");
  static_assert(ThreadName(std::string_view("a\0b", 3)).view() == "a");
  static_assert(ThreadName().view().empty());
  static_assert(ThreadName("a") == ThreadName("a"));
  static_assert(ThreadName("a") != ThreadName("b"));
  static_assert(sizeof(ThreadName) == 16);
  EXPECT_STREQ(kShort.c_str(), "worker");
  const std::string_view view = kShort;
  EXPECT_EQ(view, "worker");
  EXPECT_EQ(ThreadName(std::string("0123456789abcdefgh")).view().size(),
            ThreadName::kMaxSize);
}

TEST(PrctlTaggedAddresses, HaveTagsAndALength) {
  static_assert(MteTags(0x1).bits() == 0x8);
  static_assert(MteTags(0xffff) == TaggedAddresses::kMteTagMask);
  static_assert(MteTags(MteTags(0xa5a5) | TaggedAddresses::kMteTcfSync |
                        TaggedAddresses::kPmlenMask) == 0xa5a5);
  static_assert(PointerMaskLength(7u).bits() == 0x7000000);
  static_assert(PointerMaskLength(0xff) == TaggedAddresses::kPmlenMask);
  static_assert(PointerMaskLength(PointerMaskLength(16u) |
                                  TaggedAddresses::kMteTagMask) == 16);
#ifdef PR_MTE_TAG_SHIFT
  static_assert(internal::kMteTagShift == PR_MTE_TAG_SHIFT);
#endif
#ifdef PR_PMLEN_SHIFT
  static_assert(internal::kPmlenShift == PR_PMLEN_SHIFT);
#endif
}

TEST(PrctlCapabilities, HaveTheNumbersOfTheirConstants) {
  using C = Capability;
  const std::pair<Capability, int> all[] = {
      {C::kChown, CAP_CHOWN},
      {C::kDacOverride, CAP_DAC_OVERRIDE},
      {C::kDacReadSearch, CAP_DAC_READ_SEARCH},
      {C::kFowner, CAP_FOWNER},
      {C::kFsetid, CAP_FSETID},
      {C::kKill, CAP_KILL},
      {C::kSetgid, CAP_SETGID},
      {C::kSetuid, CAP_SETUID},
      {C::kSetpcap, CAP_SETPCAP},
      {C::kLinuxImmutable, CAP_LINUX_IMMUTABLE},
      {C::kNetBindService, CAP_NET_BIND_SERVICE},
      {C::kNetBroadcast, CAP_NET_BROADCAST},
      {C::kNetAdmin, CAP_NET_ADMIN},
      {C::kNetRaw, CAP_NET_RAW},
      {C::kIpcLock, CAP_IPC_LOCK},
      {C::kIpcOwner, CAP_IPC_OWNER},
      {C::kSysModule, CAP_SYS_MODULE},
      {C::kSysRawio, CAP_SYS_RAWIO},
      {C::kSysChroot, CAP_SYS_CHROOT},
      {C::kSysPtrace, CAP_SYS_PTRACE},
      {C::kSysPacct, CAP_SYS_PACCT},
      {C::kSysAdmin, CAP_SYS_ADMIN},
      {C::kSysBoot, CAP_SYS_BOOT},
      {C::kSysNice, CAP_SYS_NICE},
      {C::kSysResource, CAP_SYS_RESOURCE},
      {C::kSysTime, CAP_SYS_TIME},
      {C::kSysTtyConfig, CAP_SYS_TTY_CONFIG},
      {C::kMknod, CAP_MKNOD},
      {C::kLease, CAP_LEASE},
      {C::kAuditWrite, CAP_AUDIT_WRITE},
      {C::kAuditControl, CAP_AUDIT_CONTROL},
      {C::kSetfcap, CAP_SETFCAP},
      {C::kMacOverride, CAP_MAC_OVERRIDE},
      {C::kMacAdmin, CAP_MAC_ADMIN},
      {C::kSyslog, CAP_SYSLOG},
      {C::kWakeAlarm, CAP_WAKE_ALARM},
      {C::kBlockSuspend, CAP_BLOCK_SUSPEND},
      {C::kAuditRead, CAP_AUDIT_READ},
      {C::kPerfmon, CAP_PERFMON},
      {C::kBpf, CAP_BPF},
      {C::kCheckpointRestore, CAP_CHECKPOINT_RESTORE},
  };
  for (const auto& [capability, number] : all)
    EXPECT_EQ(static_cast<int>(capability), number);
  EXPECT_EQ(std::size(all), std::size_t{CAP_CHECKPOINT_RESTORE} + 1);
}

// ---- The kernel -------------------------------------------------------------

// Whether the kernel says that it is of this release or a later one.
bool LinuxIs(int major, int minor) {
  utsname name;
  EXPECT_EQ(uname(&name), 0);
  int has_major = 0, has_minor = 0;
  EXPECT_EQ(sscanf(name.release, "%d.%d", &has_major, &has_minor), 2);
  return std::pair(has_major, has_minor) >= std::pair(major, minor);
}

bool Exists(const char* path) { return access(path, F_OK) == 0; }

// prctl(2) itself, past the wrappers.
int Raw(int option, Word first = 0, Word second = 0) {
  return prctl(option, first, second, Word{0}, Word{0});
}
// What an option writes as an int.
int RawWritten(int option) {
  int value = -12345;
  EXPECT_EQ(Raw(option, reinterpret_cast<Word>(&value)), 0);
  return value;
}

// A number of /proc/self/status: of "CapBnd:", in hexadecimal.
std::optional<unsigned long long> StatusOf(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name))
      return std::stoull(line.substr(name.size()), nullptr, 16);
  }
  return std::nullopt;
}

struct Capabilities {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};

  Capabilities() { EXPECT_EQ(syscall(SYS_capget, &header, sets), 0); }
  void Set() { EXPECT_EQ(syscall(SYS_capset, &header, sets), 0); }
  bool Has(Capability capability) const {
    const unsigned number = static_cast<unsigned>(capability);
    return (sets[number / 32].effective >> number % 32 & 1) != 0;
  }
};

bool Has(Capability capability) { return Capabilities().Has(capability); }

// Of the calling thread, for ever.
void DropCapabilities() {
  Capabilities none;
  for (__user_cap_data_struct& set : none.sets) set = {};
  none.Set();
}

constexpr auto kNoCapability = static_cast<Capability>(63);

TEST(Prctl, TheParentsDeathIsSignalled) {
  InChild([] {
    EXPECT_EQ(GetParentDeathSignal(), 0);
    EXPECT_SUCCEEDS(SetParentDeathSignal(SIGURG));
    EXPECT_EQ(GetParentDeathSignal(), SIGURG);
    EXPECT_EQ(RawWritten(PR_GET_PDEATHSIG), SIGURG);
    InChild([] { EXPECT_EQ(GetParentDeathSignal(), 0); });
    std::thread([] {
      EXPECT_EQ(GetParentDeathSignal(), 0);
      EXPECT_SUCCEEDS(SetParentDeathSignal(SIGWINCH));
    }).join();
    EXPECT_EQ(GetParentDeathSignal(), SIGURG);
    EXPECT_SUCCEEDS(SetParentDeathSignal(0));
    EXPECT_EQ(GetParentDeathSignal(), 0);
  });
}

TEST(Prctl, ANumberThatIsNoSignalIsNotSet) {
  const Result<void> large = SetParentDeathSignal(1000);
  ASSERT_FAILS(large, EINVAL);
  EXPECT_EQ(large.error().ToString(),
            "prctl(PR_SET_PDEATHSIG, 1000) = EINVAL (Invalid argument): " +
                large.error().explanation());
  EXPECT_THAT(large.error().explanation(),
              HasSubstr("sig is over the last signal"));
  EXPECT_FAILS(SetParentDeathSignal(-1), EINVAL);
}

TEST(Prctl, AProcessIsDumpableOrNot) {
  InChild([] {
    EXPECT_SUCCEEDS(SetDumpable(Dumpable::kNo));
    EXPECT_EQ(GetDumpable(), Dumpable::kNo);
    EXPECT_EQ(Raw(PR_GET_DUMPABLE), 0);
    EXPECT_SUCCEEDS(SetDumpable(Dumpable::kYes));
    EXPECT_EQ(GetDumpable(), Dumpable::kYes);
    EXPECT_EQ(Raw(PR_GET_DUMPABLE), 1);
    const Result<void> by_root = SetDumpable(Dumpable::kByRoot);
    ASSERT_FAILS(by_root, EINVAL);
    EXPECT_THAT(by_root.error().explanation(),
                HasSubstr("only fs.suid_dumpable can give"));
    EXPECT_EQ(GetDumpable(), Dumpable::kYes);
  });
}

TEST(Prctl, AThreadHasANameOfItsOwn) {
  const ThreadName before = GetThreadName().value();
  std::thread([] {
    const auto same = [](const ThreadName& name) {
      char read[17] = "################";
      EXPECT_SUCCEEDS(SetThreadName(name));
      EXPECT_EQ(pthread_getname_np(pthread_self(), read, 16), 0);
      EXPECT_EQ(name.view(), read);
      EXPECT_EQ(GetThreadName(), name);
    };
    same("worker");
    same("0123456789abcde");
    same("0123456789abcdef");
    same("");
    same("\xff \x01\\");
  }).join();
  EXPECT_EQ(GetThreadName(), before);
}

TEST(PrctlTimerSlack, IsOfTheThread) {
  const nanoseconds before = GetTimerSlack().value();
  std::thread([before] {
    EXPECT_EQ(GetTimerSlack(), before);
    EXPECT_SUCCEEDS(SetTimerSlack(12345ns));
    EXPECT_EQ(Raw(PR_GET_TIMERSLACK), 12345);
    EXPECT_EQ(GetTimerSlack(), 12345ns);
    // What a thread starts with is what it gets back.
    std::thread([] {
      EXPECT_SUCCEEDS(SetTimerSlack(7ms));
      EXPECT_EQ(GetTimerSlack(), 7ms);
      EXPECT_SUCCEEDS(ResetTimerSlack());
      EXPECT_EQ(GetTimerSlack(), 12345ns);
    }).join();
    EXPECT_SUCCEEDS(SetTimerSlack(0s));
    EXPECT_EQ(GetTimerSlack(), 1ns);
    EXPECT_SUCCEEDS(ResetTimerSlack());
    EXPECT_EQ(GetTimerSlack(), before);
  }).join();
  EXPECT_EQ(GetTimerSlack(), before);
}

// prctl(2) returns an int, and 3 s are more nanoseconds than fit.
TEST(PrctlTimerSlack, CanBeMoreThanAnIntHolds) {
  std::thread([] {
    EXPECT_SUCCEEDS(SetTimerSlack(3s));
    EXPECT_EQ(GetTimerSlack(), 3s);
    const nanoseconds longest =
        sizeof(long) == 8 ? nanoseconds::max() : 4294963199ns;
    EXPECT_SUCCEEDS(SetTimerSlack(nanoseconds::max()));
    EXPECT_EQ(GetTimerSlack(), longest);
    EXPECT_EQ(Raw(PR_SET_TIMERSLACK, ~Word{0} - 4096), 0);
    EXPECT_EQ(GetTimerSlack(), longest);
  }).join();
}

TEST(Prctl, AProcessIsAChildSubreaper) {
  InChild([] {
    EXPECT_EQ(GetChildSubreaper(), false);
    EXPECT_SUCCEEDS(SetChildSubreaper(true));
    EXPECT_EQ(GetChildSubreaper(), true);
    EXPECT_EQ(RawWritten(PR_GET_CHILD_SUBREAPER), 1);
    InChild([] { EXPECT_EQ(GetChildSubreaper(), false); });
    EXPECT_SUCCEEDS(SetChildSubreaper(false));
    EXPECT_EQ(GetChildSubreaper(), false);
  });
}

TEST(Prctl, TheTidAddressIsWhatTheThreadSet) {
  // Of CONFIG_CHECKPOINT_RESTORE too.
  if (!Exists("/proc/sys/kernel/ns_last_pid")) {
    EXPECT_FAILS(GetTidAddress(), EINVAL);
    return;
  }
  InChild([] {
    static int word;
    EXPECT_EQ(syscall(SYS_set_tid_address, &word), getpid());
    EXPECT_EQ(GetTidAddress(), &word);
  });
}

TEST(Prctl, ATracerNeedsYama) {
  InChild([] {
    if (Exists("/proc/sys/kernel/yama/ptrace_scope")) {
      EXPECT_SUCCEEDS(SetPtracer(getpid()));
      EXPECT_SUCCEEDS(SetAnyPtracer());
      EXPECT_SUCCEEDS(ClearPtracer());
    } else {
      EXPECT_FAILS(SetPtracer(getpid()), EINVAL);
      EXPECT_FAILS(SetAnyPtracer(), EINVAL);
      EXPECT_FAILS(ClearPtracer(), EINVAL);
    }
  });
}

TEST(Prctl, TimingIsStatistical) {
  EXPECT_EQ(GetProcessTiming(), ProcessTiming::kStatistical);
  EXPECT_SUCCEEDS(SetProcessTiming(ProcessTiming::kStatistical));
  const Result<void> set = SetProcessTiming(ProcessTiming::kTimestamp);
  ASSERT_FAILS(set, EINVAL);
  EXPECT_THAT(set.error().explanation(),
              HasSubstr("mode is PR_TIMING_TIMESTAMP, which Linux does not"));
}

// A counter of the time that the calling thread runs; -1 if there is none.
OwnedFd OpenCounter() {
  perf_event_attr attributes = {};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.exclude_kernel = 1;
  return OwnedFd::Adopt(
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1,
                               Word{PERF_FLAG_FD_CLOEXEC})));
}

std::uint64_t Count(const OwnedFd& counter) {
  std::uint64_t value = 0;
  EXPECT_EQ(read(counter.raw(), &value, sizeof(value)),
            static_cast<ssize_t>(sizeof(value)));
  return value;
}

TEST(Prctl, PerfEventsCountUnlessDisabled) {
  if (!Exists("/proc/sys/kernel/perf_event_paranoid")) {
    EXPECT_FAILS(DisablePerfEvents(), EINVAL);
    EXPECT_FAILS(EnablePerfEvents(), EINVAL);
    return;
  }
  const OwnedFd counter = OpenCounter();
  EXPECT_SUCCEEDS(DisablePerfEvents());
  if (counter.is_open()) {
    const std::uint64_t stopped = Count(counter);
    for (int i = 0; i < 100; ++i) getppid();
    EXPECT_EQ(Count(counter), stopped);
    EXPECT_SUCCEEDS(EnablePerfEvents());
    while (Count(counter) == stopped) getppid();
  }
  EXPECT_SUCCEEDS(EnablePerfEvents());
}

TEST(Prctl, AnIoFlusherNeedsAPrivilege) {
  InChild([] {
    // It must be one of the initial user namespace.
    if (Raw(PR_GET_IO_FLUSHER) != -1) {
      EXPECT_SUCCEEDS(SetIoFlusher(true));
      EXPECT_EQ(GetIoFlusher(), true);
      EXPECT_EQ(Raw(PR_GET_IO_FLUSHER), 1);
      EXPECT_SUCCEEDS(SetIoFlusher(false));
      EXPECT_EQ(GetIoFlusher(), false);
    }
    DropCapabilities();
    const int error = LinuxIs(5, 6) ? EPERM : EINVAL;
    EXPECT_FAILS(SetIoFlusher(true), error);
    const Result<bool> got = GetIoFlusher();
    ASSERT_FAILS(got, error);
    EXPECT_THAT(got.error().ToString(),
                StartsWith("prctl(PR_GET_IO_FLUSHER) = "));
    EXPECT_TRUE(got.error().documented());
  });
}

TEST(Prctl, TimersCanBeGivenTheirIds) {
  if (!LinuxIs(6, 15)) {
    EXPECT_FAILS(SetTimerRestoreIds(true), EINVAL);
    EXPECT_FAILS(GetTimerRestoreIds(), EINVAL);
    return;
  }
  InChild([] {
    EXPECT_EQ(GetTimerRestoreIds(), false);
    EXPECT_SUCCEEDS(SetTimerRestoreIds(true));
    EXPECT_EQ(GetTimerRestoreIds(), true);
    InChild([] { EXPECT_EQ(GetTimerRestoreIds(), false); });
    EXPECT_SUCCEEDS(SetTimerRestoreIds(false));
    EXPECT_EQ(GetTimerRestoreIds(), false);
  });
}

TEST(Prctl, FutexesHaveAHashTable) {
  if (!LinuxIs(6, 16)) {
    EXPECT_FAILS(SetFutexHashSlots(4), EINVAL);
    EXPECT_FAILS(GetFutexHashSlots(), EINVAL);
    return;
  }
  InChild([] {
    EXPECT_SUCCEEDS(SetFutexHashSlots(16));
    EXPECT_EQ(GetFutexHashSlots(), 16u);
    EXPECT_FAILS(SetFutexHashSlots(12), EINVAL);
    EXPECT_FAILS(SetFutexHashSlots(1), EINVAL);
    EXPECT_EQ(GetFutexHashSlots(), 16u);
    if (!LinuxIs(6, 17)) return;
    EXPECT_SUCCEEDS(SetFutexHashSlots(0));
    EXPECT_EQ(GetFutexHashSlots(), 0u);
    EXPECT_FAILS(SetFutexHashSlots(16), EBUSY);
  });
}

TEST(Prctl, NoNewPrivilegesAreForEver) {
  InChild([] {
    EXPECT_EQ(GetNoNewPrivileges(), Raw(PR_GET_NO_NEW_PRIVS) == 1);
    EXPECT_SUCCEEDS(SetNoNewPrivileges());
    EXPECT_EQ(GetNoNewPrivileges(), true);
    EXPECT_EQ(Raw(PR_GET_NO_NEW_PRIVS), 1);
    InChild([] { EXPECT_EQ(GetNoNewPrivileges(), true); });
  });
}

TEST(PrctlCapabilities, AreInTheBoundingSetThatProcTells) {
  const std::optional<unsigned long long> set = StatusOf("CapBnd:");
  ASSERT_TRUE(set.has_value());
  for (int number = 0; number <= CAP_CHECKPOINT_RESTORE; ++number) {
    EXPECT_EQ(CapabilityIsInBoundingSet(static_cast<Capability>(number)),
              (*set >> number & 1) != 0)
        << number;
  }
  const Result<bool> unknown = CapabilityIsInBoundingSet(kNoCapability);
  ASSERT_FAILS(unknown, EINVAL);
  EXPECT_THAT(unknown.error().explanation(), HasSubstr("cap is no capability"));
}

TEST(PrctlCapabilities, AreDroppedFromTheBoundingSet) {
  if (!Has(Capability::kSetpcap))
    GTEST_SKIP() << "without CAP_SETPCAP nothing can be dropped";
  InChild([] {
    const bool other =
        CapabilityIsInBoundingSet(Capability::kSysChroot).value();
    EXPECT_SUCCEEDS(DropCapabilityFromBoundingSet(Capability::kSysBoot));
    EXPECT_EQ(CapabilityIsInBoundingSet(Capability::kSysBoot), false);
    EXPECT_EQ(CapabilityIsInBoundingSet(Capability::kSysChroot), other);
    EXPECT_FAILS(DropCapabilityFromBoundingSet(kNoCapability), EINVAL);
  });
}

TEST(PrctlCapabilities, AreNotDroppedWithoutAPrivilege) {
  InChild([] {
    DropCapabilities();
    const Result<void> dropped =
        DropCapabilityFromBoundingSet(Capability::kSysBoot);
    ASSERT_FAILS(dropped, EPERM);
    EXPECT_EQ(dropped.error().ToString(),
              "prctl(PR_CAPBSET_DROP, 22) = EPERM (Operation not permitted): "
              "the caller lacks CAP_SETPCAP");
  });
}

TEST(PrctlCapabilities, AreMadeAmbient) {
  if (!Has(Capability::kChown) || !Has(Capability::kKill))
    GTEST_SKIP() << "a capability that is not permitted can't be ambient";
  InChild([] {
    Capabilities all;
    for (__user_cap_data_struct& set : all.sets)
      set.inheritable = set.permitted;
    all.Set();
    EXPECT_EQ(CapabilityIsAmbient(Capability::kChown), false);
    EXPECT_SUCCEEDS(RaiseAmbientCapability(Capability::kChown));
    EXPECT_SUCCEEDS(RaiseAmbientCapability(Capability::kKill));
    EXPECT_EQ(CapabilityIsAmbient(Capability::kChown), true);
    EXPECT_EQ(StatusOf("CapAmb:"), 1u << CAP_CHOWN | 1u << CAP_KILL);
    EXPECT_SUCCEEDS(LowerAmbientCapability(Capability::kChown));
    EXPECT_EQ(StatusOf("CapAmb:"), 1u << CAP_KILL);
    EXPECT_EQ(CapabilityIsAmbient(Capability::kChown), false);
    EXPECT_SUCCEEDS(ClearAmbientCapabilities());
    EXPECT_EQ(StatusOf("CapAmb:"), 0u);
  });
}

TEST(PrctlCapabilities, ThatAreNotPermittedAreNotAmbient) {
  InChild([] {
    DropCapabilities();
    EXPECT_FAILS(RaiseAmbientCapability(Capability::kChown), EPERM);
    EXPECT_EQ(CapabilityIsAmbient(Capability::kChown), false);
    EXPECT_SUCCEEDS(LowerAmbientCapability(Capability::kChown));
    EXPECT_SUCCEEDS(ClearAmbientCapabilities());
    EXPECT_FAILS(CapabilityIsAmbient(kNoCapability), EINVAL);
    EXPECT_FAILS(RaiseAmbientCapability(kNoCapability), EINVAL);
    EXPECT_FAILS(LowerAmbientCapability(kNoCapability), EINVAL);
  });
}

TEST(PrctlCapabilities, AreKeptOrNot) {
  InChild([] {
    EXPECT_SUCCEEDS(SetKeepCapabilities(true));
    EXPECT_EQ(GetKeepCapabilities(), true);
    EXPECT_EQ(Raw(PR_GET_KEEPCAPS), 1);
    EXPECT_SUCCEEDS(SetKeepCapabilities(false));
    EXPECT_EQ(GetKeepCapabilities(), false);
  });
}

TEST(PrctlSecureBits, AreSetAndLocked) {
  if (!Has(Capability::kSetpcap))
    GTEST_SKIP() << "without CAP_SETPCAP no bit can be set";
  InChild([] {
    const SecureBits before = GetSecureBits().value();
    const SecureBits bits =
        before | SecureBits::kNoroot | SecureBits::kKeepCapsLocked;
    EXPECT_SUCCEEDS(SetSecureBits(bits));
    EXPECT_EQ(GetSecureBits(), bits);
    EXPECT_EQ(static_cast<unsigned>(Raw(PR_GET_SECUREBITS)), bits.bits());
    const Result<void> kept = SetKeepCapabilities(true);
    ASSERT_FAILS(kept, EPERM);
    EXPECT_EQ(kept.error().explanation(),
              "the securebit SECBIT_KEEP_CAPS_LOCKED is set");
    EXPECT_FAILS(SetSecureBits(before), EPERM);
    EXPECT_FAILS(SetSecureBits(bits | SecureBits::FromBits(1u << 30)), EPERM);
  });
}

TEST(PrctlSecureBits, AreNotSetWithoutAPrivilege) {
  InChild([] {
    DropCapabilities();
    const SecureBits before = GetSecureBits().value();
    EXPECT_FAILS(SetSecureBits(before | SecureBits::kNoroot), EPERM);
  });
}

TEST(PrctlSeccomp, ModeIsThatOfTheThread) {
  const std::optional<unsigned long long> mode = StatusOf("Seccomp:");
  if (!mode) {
    EXPECT_FAILS(GetSeccompMode(), EINVAL);
    return;
  }
  EXPECT_EQ(GetSeccompMode(), static_cast<SeccompMode>(*mode));
  InChild([] {
    sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog program = {1, &allow};
    EXPECT_SUCCEEDS(SetNoNewPrivileges());
    EXPECT_EQ(Raw(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                  reinterpret_cast<Word>(&program)),
              0);
    EXPECT_EQ(GetSeccompMode(), SeccompMode::kFilter);
    // One is not left for the other.
    EXPECT_FAILS(EnterStrictSeccomp(), EINVAL);
  });
}

// fork(2) by the kernel alone: a sanitizer would give the child a thread more,
// and so a process that goes on when the first one was killed.
pid_t Clone() {
#ifdef __s390x__
  return static_cast<pid_t>(syscall(SYS_clone, 0, SIGCHLD, 0, 0, 0));
#else
  return static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
#endif
}

// A strict thread may write, and is killed for asking for its process's ID.
TEST(PrctlSeccomp, AStrictThreadMayDoLittle) {
  if (StatusOf("Seccomp:") != 0u)
    GTEST_SKIP() << "the kernel has no seccomp, or there is a filter";
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const OwnedFd reader = OwnedFd::Adopt(fds[0]);
  OwnedFd writer = OwnedFd::Adopt(fds[1]);
  const pid_t child = Clone();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const char entered = EnterStrictSeccomp() ? 'e' : 'f';
    syscall(SYS_write, writer.raw(), &entered, 1);
    syscall(SYS_getpid);
    syscall(SYS_write, writer.raw(), "w", 1);
    _exit(1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  EXPECT_SUCCEEDS(writer.Close());
  char read_text[3] = {};
  EXPECT_EQ(read(reader.raw(), read_text, 2), 1);
  EXPECT_STREQ(read_text, "e");
}

TEST(Prctl, SpeculationIsControlled) {
  constexpr auto kStoreBypass = SpeculationFeature::kStoreBypass;
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
  const Result<SpeculationState> state = GetSpeculation(kStoreBypass);
  ASSERT_SUCCEEDS(state);
  const auto unknown = static_cast<SpeculationFeature>(99);
  EXPECT_FAILS(GetSpeculation(unknown), ENODEV);
  EXPECT_FAILS(SetSpeculation(unknown, SpeculationState::kEnable), ENODEV);
  if (!state->Contains(SpeculationState::kPrctl)) {
    EXPECT_FAILS(SetSpeculation(kStoreBypass, SpeculationState::kDisable),
                 ENXIO);
    return;
  }
  EXPECT_FAILS(SetSpeculation(kStoreBypass, SpeculationState::FromBits(0x4000)),
               ERANGE);
  InChild([] {
    EXPECT_SUCCEEDS(SetSpeculation(kStoreBypass, SpeculationState::kDisable));
    EXPECT_EQ(GetSpeculation(kStoreBypass),
              SpeculationState::kPrctl | SpeculationState::kDisable);
    EXPECT_SUCCEEDS(
        SetSpeculation(kStoreBypass, SpeculationState::kForceDisable));
    EXPECT_FAILS(SetSpeculation(kStoreBypass, SpeculationState::kEnable),
                 EPERM);
  });
#else
  EXPECT_FAILS(GetSpeculation(kStoreBypass), EINVAL);
  EXPECT_FAILS(SetSpeculation(kStoreBypass, SpeculationState::kDisable),
               EINVAL);
#endif
}

TEST(Prctl, CoresAreSharedByCookie) {
  std::uint64_t raw = 0;
  if (prctl(static_cast<int>(PrctlOption::kSchedCore), Word{0}, Word{0},
            Word{0}, reinterpret_cast<Word>(&raw)) != 0) {
    // Not built with it, or no core has two threads.
    const int error = errno;
    EXPECT_THAT(error, testing::AnyOf(EINVAL, ENODEV));
    EXPECT_FAILS(GetCoreCookie(), error);
    EXPECT_FAILS(CreateCoreCookie(0, SchedCoreScope::kThread), error);
    EXPECT_FAILS(ShareCoreCookieTo(0, SchedCoreScope::kThread), error);
    EXPECT_FAILS(ShareCoreCookieFrom(0), error);
    return;
  }
  InChild([] {
    EXPECT_SUCCEEDS(CreateCoreCookie(0, SchedCoreScope::kThread));
    const std::uint64_t mine = GetCoreCookie().value();
    EXPECT_NE(mine, 0u);
    const pid_t parent = getpid();
    InChild([&] {
      EXPECT_EQ(GetCoreCookie(), mine);
      EXPECT_SUCCEEDS(CreateCoreCookie(0, SchedCoreScope::kThreadGroup));
      EXPECT_THAT(GetCoreCookie(), Returns(Ne(mine)));
      EXPECT_SUCCEEDS(ShareCoreCookieFrom(parent));
      EXPECT_EQ(GetCoreCookie(), mine);
    });
  });
}

TEST(Prctl, CorruptedMemoryKillsEarlyOrLate) {
  InChild([] {
    for (const MceKillPolicy policy :
         {MceKillPolicy::kEarly, MceKillPolicy::kLate,
          MceKillPolicy::kDefault}) {
      EXPECT_SUCCEEDS(SetMceKill(policy));
      EXPECT_EQ(GetMceKill(), policy);
    }
    EXPECT_SUCCEEDS(SetMceKill(MceKillPolicy::kEarly));
    EXPECT_SUCCEEDS(ClearMceKill());
    EXPECT_EQ(GetMceKill(), MceKillPolicy::kDefault);
    EXPECT_FAILS(SetMceKill(static_cast<MceKillPolicy>(9)), EINVAL);
  });
}

TEST(Prctl, HugePagesAreDisabled) {
  InChild([] {
    EXPECT_SUCCEEDS(SetThpDisable(ThpDisable::kYes));
    EXPECT_EQ(GetThpDisable(), ThpDisable::kYes);
    EXPECT_EQ(Raw(PR_GET_THP_DISABLE), 1);
    InChild([] { EXPECT_EQ(GetThpDisable(), ThpDisable::kYes); });
    EXPECT_SUCCEEDS(SetThpDisable(ThpDisable::kNo));
    EXPECT_EQ(GetThpDisable(), ThpDisable::kNo);
    if (LinuxIs(6, 18)) {
      EXPECT_SUCCEEDS(SetThpDisable(ThpDisable::kExceptAdvised));
      EXPECT_EQ(GetThpDisable(), ThpDisable::kExceptAdvised);
    } else {
      EXPECT_FAILS(SetThpDisable(ThpDisable::kExceptAdvised), EINVAL);
    }
  });
}

TEST(Prctl, EqualPagesAreMerged) {
  if (!LinuxIs(6, 4) || !Exists("/sys/kernel/mm/ksm")) {
    EXPECT_FAILS(SetMemoryMerge(true), EINVAL);
    EXPECT_FAILS(GetMemoryMerge(), EINVAL);
    return;
  }
  InChild([] {
    // In this order: to part all pages of a sanitizer's terabytes takes hours.
    EXPECT_SUCCEEDS(SetMemoryMerge(false));
    EXPECT_EQ(GetMemoryMerge(), false);
    EXPECT_SUCCEEDS(SetMemoryMerge(true));
    EXPECT_EQ(GetMemoryMerge(), true);
  });
}

void* Map(int protection) {
  return mmap(nullptr, 8192, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

TEST(Prctl, MemoryIsNotWrittenAndExecuted) {
  using Mdwe = MemoryDenyWriteExec;
  if (!LinuxIs(6, 3)) {
    EXPECT_FAILS(SetMemoryDenyWriteExec(Mdwe::kRefuseExecGain), EINVAL);
    EXPECT_FAILS(GetMemoryDenyWriteExec(), EINVAL);
    return;
  }
  InChild([] {
    EXPECT_EQ(GetMemoryDenyWriteExec(), Mdwe());
    EXPECT_FAILS(SetMemoryDenyWriteExec(Mdwe::kNoInherit), EINVAL);
    EXPECT_SUCCEEDS(SetMemoryDenyWriteExec(Mdwe::kRefuseExecGain));
    EXPECT_EQ(GetMemoryDenyWriteExec(), Mdwe::kRefuseExecGain);
    EXPECT_EQ(Map(PROT_WRITE | PROT_EXEC), MAP_FAILED);
    EXPECT_EQ(errno, EACCES);
    if (LinuxIs(6, 7)) {
      EXPECT_FAILS(
          SetMemoryDenyWriteExec(Mdwe::kRefuseExecGain | Mdwe::kNoInherit),
          EPERM);
    }
    InChild([] { EXPECT_EQ(GetMemoryDenyWriteExec(), Mdwe::kRefuseExecGain); });
  });
}

TEST(Prctl, MemoryHasAName) {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory = mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  void* const second = static_cast<char*>(memory) + page;
  if (prctl(PR_SET_VMA, Word{PR_SET_VMA_ANON_NAME},
            reinterpret_cast<Word>(second), Word{page}, "raw") != 0) {
    EXPECT_EQ(errno, EINVAL);  // as without CONFIG_ANON_VMA_NAME
    EXPECT_FAILS(SetMemoryName(second, page, "name"), EINVAL);
    EXPECT_FAILS(ClearMemoryName(second, page), EINVAL);
  } else {
    const auto names = [&] {
      std::ifstream file("/proc/self/maps");
      std::ostringstream start;
      start << std::hex << reinterpret_cast<std::uintptr_t>(second) << '-';
      for (std::string line; std::getline(file, line);) {
        if (line.find(start.str()) != line.npos) return line;
      }
      return std::string();
    };
    EXPECT_SUCCEEDS(SetMemoryName(second, page, "some name"));
    EXPECT_THAT(names(), HasSubstr("[anon:some name]"));
    EXPECT_SUCCEEDS(SetMemoryName(second, page, std::string(79, 'x')));
    EXPECT_FAILS(SetMemoryName(second, page, std::string(80, 'x')), EINVAL);
    EXPECT_FAILS(SetMemoryName(second, page, "a]"), EINVAL);
    EXPECT_SUCCEEDS(ClearMemoryName(second, page));
    EXPECT_THAT(names(), Not(HasSubstr("[anon:")));
    EXPECT_THAT(munmap(memory, 3 * page), 0);
    const Result<void> unmapped = SetMemoryName(second, page, "name");
    ASSERT_FAILS(unmapped, ENOMEM);
    EXPECT_TRUE(unmapped.error().documented());
    return;
  }
  EXPECT_EQ(munmap(memory, 3 * page), 0);
}

// The kernel gets a string that ends, of up to 80 bytes.
TEST(Prctl, ANameOfMemoryIsHandedOn) {
  std::string got;
  FakePrctl kernel;
  kernel.Do([&](const FakePrctl::Call& call) {
    got = Pointer<const char>(call.arguments[3]);
  });
  const std::string_view part = std::string_view("nameless").substr(0, 4);
  EXPECT_SUCCEEDS(SetMemoryName(nullptr, 1, part));
  EXPECT_EQ(got, "name");
  for (const std::size_t size : {0u, 79u, 80u}) {
    EXPECT_SUCCEEDS(SetMemoryName(nullptr, 1, std::string(size, 'x')));
    EXPECT_EQ(got, std::string(size, 'x'));
  }
  EXPECT_SUCCEEDS(SetMemoryName(nullptr, 1, std::string(500, 'x')));
  EXPECT_EQ(got.size(), 80u);
}

TEST(Prctl, TheAuxiliaryVectorIsReadBack) {
  AuxiliaryValue vector[100] = {};
  if (!LinuxIs(6, 4)) {
    EXPECT_FAILS(GetAuxiliaryVector(vector), EINVAL);
    return;
  }
  const Result<std::size_t> size = GetAuxiliaryVector(vector);
  ASSERT_THAT(size, Returns(testing::AllOf(testing::Gt(10u),
                                           testing::Lt(std::size(vector)))));
  std::map<unsigned long, unsigned long> values;
  for (std::size_t i = 0; i < *size && vector[i].type != AT_NULL; ++i)
    values.emplace(vector[i].type, vector[i].value);
  for (const unsigned long type :
       {AT_PAGESZ, AT_ENTRY, AT_RANDOM, AT_PHDR, AT_CLKTCK})
    EXPECT_THAT(values, testing::Contains(testing::Pair(type, getauxval(type))))
        << type;
  // What does not fit is left out.
  AuxiliaryValue two[2] = {{77, 77}, {77, 77}};
  EXPECT_EQ(GetAuxiliaryVector(std::span(two).first(1)), *size);
  EXPECT_EQ(two[0].type, vector[0].type);
  EXPECT_EQ(two[0].value, vector[0].value);
  EXPECT_EQ(two[1].type, 77u);
}

TEST(Prctl, TheExecutableFileIsOfAPrivilege) {
  InChild([] {
    // It must be one of the initial user namespace.
    if (Raw(PR_SET_MM, PR_SET_MM_BRK) == -1 && errno == EINVAL) {
      const OwnedFd file =
          OwnedFd::Adopt(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
      EXPECT_FAILS(SetExecutableFile(BorrowedFd()), EBADF);
      EXPECT_FAILS(SetExecutableFile(file), EBUSY);
    }
    DropCapabilities();
    const Result<void> set = SetExecutableFile(BorrowedFd());
    ASSERT_FAILS(set, EPERM);
    EXPECT_THAT(set.error().ToString(),
                AllOf(StartsWith("prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, -1) = "
                                 "EPERM (Operation not permitted): "),
                      HasSubstr("the caller lacks CAP_SYS_RESOURCE")));
  });
}

// ---- Architectures ----------------------------------------------------------

TEST(PrctlArchitecture, WhatOthersHaveIsInvalidHere) {
  std::vector<std::optional<Error>> errors = {
      ErrorOf(GetFpEmulation()), ErrorOf(SetFpEmulation(FpEmulation::kSigfpe))};
#ifndef __mips__
  errors.push_back(ErrorOf(GetFpMode()));
  errors.push_back(ErrorOf(SetFpMode(FpMode::kFr)));
#endif
#ifndef __powerpc__
  errors.push_back(ErrorOf(GetEndianness()));
  errors.push_back(ErrorOf(GetFpExceptions()));
  errors.push_back(ErrorOf(SetFpExceptions(FpExceptions::kPrecise)));
  errors.push_back(ErrorOf(GetPpcDexcr(PpcDexcrAspect::kSbhe)));
  errors.push_back(
      ErrorOf(SetPpcDexcr(PpcDexcrAspect::kSbhe, PpcDexcrControl::kSet)));
#if !defined(__alpha__) && !defined(__hppa__) && !defined(__sh__)
  errors.push_back(ErrorOf(GetUnalignedAccess()));
  errors.push_back(ErrorOf(SetUnalignedAccess(UnalignedAccess::kSigbus)));
#endif
#endif
#ifndef __riscv
  errors.push_back(ErrorOf(GetRiscvVectorControl()));
  errors.push_back(ErrorOf(SetRiscvVectorControl({})));
  errors.push_back(
      ErrorOf(SetRiscvFencei(RiscvFencei::kOn, RiscvFenceiScope::kPerThread)));
#endif
#ifndef __aarch64__
  errors.push_back(ErrorOf(GetSveVectorLength()));
  errors.push_back(ErrorOf(SetSveVectorLength(16)));
  errors.push_back(ErrorOf(GetSmeVectorLength()));
  errors.push_back(ErrorOf(SetSmeVectorLength(16)));
  errors.push_back(ErrorOf(ResetPacKeys(PacKeys::kApdakey)));
  errors.push_back(ErrorOf(GetPacEnabledKeys()));
  errors.push_back(
      ErrorOf(SetPacEnabledKeys(PacKeys::kApdakey, PacKeys::kApdakey)));
#ifndef __riscv
  errors.push_back(ErrorOf(GetTaggedAddresses()));
  errors.push_back(
      ErrorOf(SetTaggedAddresses(TaggedAddresses::kTaggedAddrEnable)));
  errors.push_back(ErrorOf(GetShadowStack()));
  errors.push_back(ErrorOf(LockShadowStack(ShadowStack::kEnable)));
#endif
#if !defined(__x86_64__) && !defined(__i386__)
  errors.push_back(ErrorOf(GetTimeStampCounter()));
  errors.push_back(ErrorOf(SetTimeStampCounter(TimeStampCounter::kEnable)));
#endif
#endif
  for (const std::optional<Error>& error : errors) {
    ASSERT_NE(error, std::nullopt) << &error - errors.data();
    EXPECT_EQ(error->number(), EINVAL) << error->ToString();
    EXPECT_TRUE(error->documented()) << error->ToString();
  }
}

#if defined(__x86_64__) || defined(__i386__)
TEST(PrctlArchitecture, X86ForbidsReadingTheTimeStampCounter) {
  InChild([] {
    EXPECT_EQ(GetTimeStampCounter(), TimeStampCounter::kEnable);
    const Result<void> set = SetTimeStampCounter(TimeStampCounter::kSigsegv);
    const Result<TimeStampCounter> got = GetTimeStampCounter();
    const int raw = RawWritten(PR_GET_TSC);
    EXPECT_SUCCEEDS(SetTimeStampCounter(TimeStampCounter::kEnable));
    EXPECT_SUCCEEDS(set);
    EXPECT_EQ(got, TimeStampCounter::kSigsegv);
    EXPECT_EQ(raw, PR_TSC_SIGSEGV);
    EXPECT_EQ(GetTimeStampCounter(), TimeStampCounter::kEnable);
    EXPECT_FAILS(SetTimeStampCounter(static_cast<TimeStampCounter>(9)), EINVAL);
  });
}
#endif

#ifdef __aarch64__

// Bits of AT_HWCAP and AT_HWCAP2: asm/hwcap.h.
constexpr Word kSve = 1ul << 22;
constexpr Word kPaca = 1ul << 30;
constexpr Word kSme = 1ul << 23;
constexpr Word kMte = 1ul << 18;

TEST(PrctlArchitecture, Arm64HasScalableVectors) {
  if ((getauxval(AT_HWCAP) & kSve) == 0) {
    EXPECT_FAILS(GetSveVectorLength(), EINVAL);
    EXPECT_FAILS(SetSveVectorLength(16), EINVAL);
    return;
  }
  InChild([] {
    EXPECT_EQ(SetSveVectorLength(16), (VectorLength{16, false}));
    EXPECT_EQ(GetSveVectorLength(), (VectorLength{16, false}));
    EXPECT_FAILS(SetSveVectorLength(17), EINVAL);
  });
}

TEST(PrctlArchitecture, Arm64InheritsItsScalableVectors) {
  if ((getauxval(AT_HWCAP) & kSve) == 0)
    GTEST_SKIP() << "the processor has no SVE";
  InChild([] {
    const VectorLength before = GetSveVectorLength().value();
    EXPECT_EQ(SetSveVectorLength(16, SveVectorFlags::kVlInherit |
                                         SveVectorFlags::kSetVlOnexec),
              (VectorLength{16, true}));
    EXPECT_EQ(GetSveVectorLength(), before);
    EXPECT_EQ(SetSveVectorLength(16, SveVectorFlags::kVlInherit),
              (VectorLength{16, true}));
    EXPECT_EQ(GetSveVectorLength(), (VectorLength{16, true}));
  });
}

TEST(PrctlArchitecture, Arm64HasStreamingVectors) {
  if ((getauxval(AT_HWCAP2) & kSme) == 0) {
    EXPECT_FAILS(GetSmeVectorLength(), EINVAL);
    EXPECT_FAILS(SetSmeVectorLength(16), EINVAL);
    return;
  }
  InChild([] {
    const Result<VectorLength> set = SetSmeVectorLength(16);
    ASSERT_SUCCEEDS(set);
    EXPECT_GE(set->bytes, 16u);
    EXPECT_FALSE(set->inherited);
    EXPECT_EQ(GetSmeVectorLength(), *set);
    EXPECT_FAILS(SetSmeVectorLength(17), EINVAL);
  });
}

TEST(PrctlArchitecture, Arm64ResetsKeys) {
  if ((getauxval(AT_HWCAP) & kPaca) == 0) {
    EXPECT_FAILS(ResetPacKeys(PacKeys::kApdakey), EINVAL);
    return;
  }
  InChild([] {
    EXPECT_SUCCEEDS(ResetPacKeys(PacKeys::kApdakey | PacKeys::kApdbkey));
    const Result<void> unknown = ResetPacKeys(PacKeys::FromBits(0x4000));
    ASSERT_FAILS(unknown, EINVAL);
    EXPECT_THAT(unknown.error().explanation(),
                HasSubstr("keys has an unknown bit"));
  });
}

TEST(PrctlArchitecture, Arm64EnablesKeys) {
  if ((getauxval(AT_HWCAP) & kPaca) == 0 || !LinuxIs(5, 13)) {
    EXPECT_FAILS(GetPacEnabledKeys(), EINVAL);
    return;
  }
  InChild([] {
    const Result<PacKeys> before = GetPacEnabledKeys();
    ASSERT_SUCCEEDS(before);
    EXPECT_SUCCEEDS(SetPacEnabledKeys(PacKeys::kApdakey | PacKeys::kApdbkey,
                                      PacKeys::kApdbkey));
    EXPECT_EQ(GetPacEnabledKeys(),
              (*before & ~PacKeys::kApdakey) | PacKeys::kApdbkey);
  });
}

TEST(PrctlArchitecture, Arm64TagsAddresses) {
  InChild([] {
    EXPECT_SUCCEEDS(SetTaggedAddresses(TaggedAddresses::kTaggedAddrEnable));
    EXPECT_EQ(GetTaggedAddresses(), TaggedAddresses::kTaggedAddrEnable);
    EXPECT_SUCCEEDS(SetTaggedAddresses({}));
    EXPECT_EQ(GetTaggedAddresses(), TaggedAddresses());
    EXPECT_FAILS(SetTaggedAddresses(TaggedAddresses::FromBits(1ul << 40)),
                 EINVAL);
  });
}

TEST(PrctlArchitecture, Arm64TagsMemory) {
  if ((getauxval(AT_HWCAP2) & kMte) == 0)
    GTEST_SKIP() << "the processor has no MTE";
  InChild([] {
    const TaggedAddresses addresses = TaggedAddresses::kTaggedAddrEnable |
                                      TaggedAddresses::kMteTcfSync |
                                      MteTags(0xfffe);
    EXPECT_SUCCEEDS(SetTaggedAddresses(addresses));
    EXPECT_EQ(GetTaggedAddresses(), addresses);
  });
}

#endif  // __aarch64__

}  // namespace
}  // namespace plumbline
