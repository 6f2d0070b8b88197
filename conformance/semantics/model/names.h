// The names that programs and outcomes are written with, and what stands for
// them here. Numbers differ by architecture, so the model has none but its own.

#ifndef CONFORMANCE_SEMANTICS_MODEL_NAMES_H_
#define CONFORMANCE_SEMANTICS_MODEL_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::semantics {

// A set of flags: of open files, of each kind of descriptor, of signal actions.
using Flags = std::uint64_t;

enum Flag : Flags {
  kONonblock = Flags{1} << 0,
  kOCloexec = Flags{1} << 1,
  kODirect = Flags{1} << 2,
  kORdonly = Flags{1} << 3,
  kOWronly = Flags{1} << 4,
  kORdwr = Flags{1} << 5,
  kOAppend = Flags{1} << 6,
  kFdCloexec = Flags{1} << 7,
  kSockStream = Flags{1} << 8,
  kSockDgram = Flags{1} << 9,
  kSockSeqpacket = Flags{1} << 10,
  kSockNonblock = Flags{1} << 11,
  kSockCloexec = Flags{1} << 12,
  kEfdCloexec = Flags{1} << 13,
  kEfdNonblock = Flags{1} << 14,
  kEfdSemaphore = Flags{1} << 15,
  kTfdCloexec = Flags{1} << 16,
  kTfdNonblock = Flags{1} << 17,
  kTfdTimerAbstime = Flags{1} << 18,
  kTfdTimerCancelOnSet = Flags{1} << 19,
  kSfdCloexec = Flags{1} << 20,
  kSfdNonblock = Flags{1} << 21,
  kEpollCloexec = Flags{1} << 22,
  kCloseRangeCloexec = Flags{1} << 23,
  kSaRestart = Flags{1} << 24,
  kSaResethand = Flags{1} << 25,
  kSaNodefer = Flags{1} << 26,
};

// Events of poll(2) and epoll(7), which have the same numbers everywhere.
using Events = std::uint32_t;

enum Event : Events {
  kIn = 0x001,
  kPri = 0x002,
  kOut = 0x004,
  kErr = 0x008,
  kHup = 0x010,
  kNval = 0x020,
  kRdnorm = 0x040,
  kRdband = 0x080,
  kWrnorm = 0x100,
  kWrband = 0x200,
  kRdhup = 0x2000,
  kExclusive = 1u << 28,
  kWakeup = 1u << 29,
  kOneshot = 1u << 30,
  kEt = 1u << 31,
};

// Words that name one thing of several: operations, clocks, errnos.
enum class Word : std::uint8_t {
  kNone,
  kEpollCtlAdd,
  kEpollCtlMod,
  kEpollCtlDel,
  kClockRealtime,
  kClockMonotonic,
  kClockBoottime,
  kSigBlock,
  kSigUnblock,
  kSigSetmask,
  kDefault,
  kIgnore,
  kHandler,
  kDupfd,
  kDupfdCloexec,
  kGetfd,
  kSetfd,
  kGetfl,
  kSetfl,
  kGetpipeSz,
  kSetpipeSz,
};

// The errnos that the model knows of.
enum class Errno : std::uint8_t {
  kNone,
  kE2BIG,
  kEACCES,
  kEAGAIN,
  kEBADF,
  kEBUSY,
  kECONNREFUSED,
  kEDESTADDRREQ,
  kEEXIST,
  kEFAULT,
  kEFBIG,
  kEINTR,
  kEINVAL,
  kELOOP,
  kEMFILE,
  kEMSGSIZE,
  kENFILE,
  kENOBUFS,
  kENODEV,
  kENOENT,
  kENOMEM,
  kENOSPC,
  kENOSYS,
  kENOTCONN,
  kENOTSOCK,
  kEOPNOTSUPP,
  kEPERM,
  kEPIPE,
  kESPIPE,
  kESRCH,
  kECANCELED,
  kECONNRESET,
  kOther,
};

// Signals are numbered as they are here: 1 to 31 as on amd64, SIGRTMIN+N is
// 34 + N, wherever the program runs.
using SignalMask = std::uint64_t;

constexpr int kSigRtmin = 34;

// Of what is no signal, none.
constexpr SignalMask MaskOf(int signal) {
  return signal < 1 || signal > 64 ? 0 : SignalMask{1} << (signal - 1);
}

// As programs and outcomes spell them: "O_NONBLOCK|O_CLOEXEC", "0" for none.
std::string FlagsText(Flags flags);
std::string EventsText(Events events);
std::string SignalText(int signal);           // "SIGUSR1", "SIGRTMIN+1"
std::string SignalsText(SignalMask signals);  // "SIGUSR1,SIGUSR2", "none"
std::string_view WordText(Word word);
std::string_view ErrnoText(Errno number);

// Nothing if the text is none of those.
std::optional<Flags> ParseFlags(std::string_view text);
std::optional<Events> ParseEvents(std::string_view text);
std::optional<int> ParseSignal(std::string_view text);
std::optional<SignalMask> ParseSignals(std::string_view text);
std::optional<Word> ParseWord(std::string_view text);
// kOther of one that the model does not know.
Errno ParseErrno(std::string_view text);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_NAMES_H_
