// A program: steps, each a call with its arguments; and its text, which
// executor/README.md documents.

#ifndef CONFORMANCE_SEMANTICS_MODEL_PROGRAM_H_
#define CONFORMANCE_SEMANTICS_MODEL_PROGRAM_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/names.h"

namespace plumbline::semantics {

enum class Call : std::uint8_t {
  kPipe2,
  kSocketpair,
  kFifo,
  kEventfd,
  kTimerfdCreate,
  kTimerfdSettime,
  kTimerfdGettime,
  kSignalfd,
  kEpollCreate1,
  kEpollCtl,
  kEpollWait,
  kEpollPwait,
  kEpollPwait2,
  kPoll,
  kPpoll,
  kSelect,
  kPselect,
  kRead,
  kReadSiginfo,
  kWrite,
  kRead8,
  kWrite8,
  kClose,
  kDup,
  kDup2,
  kDup3,
  kCloseRange,
  kFcntl,
  kKill,
  kSigqueue,
  kTgkill,
  kSigprocmask,
  kSigpending,
  kSigaction,
  kSigtimedwait,
  kSigsuspend,
  kPause,
  kSetrlimit,
  kNanosleep,
  kJoin,
  kFork,
  kExit,
};
constexpr int kCalls = static_cast<int>(Call::kExit) + 1;

// What an argument is, and which members of Argument hold it.
enum class Kind : std::uint8_t {
  kFd,        // a number, or `$3.1`: step, part
  kFds,       // a set of them for select
  kPolls,     // `$3:EPOLLIN,$4:0` for poll
  kNumber,    // a size, count or time
  kUnsigned,  // a value of 64 bits
  kFlags,
  kEvents,
  kSignal,   // number
  kSignals,  // mask; `null` is is_null
  kWord,
};

// A descriptor: what step `step` made (the `part`th), or a number if `step` is
// -1.
struct FdRef {
  int step = -1;
  int part = 0;
  int number = -1;

  bool operator==(const FdRef&) const = default;
};

struct PollRef {
  FdRef fd;
  Events events = 0;

  bool operator==(const PollRef&) const = default;
};

struct Argument {
  std::int64_t number = 0;  // also the bits of flags, events and masks
  FdRef fd;
  bool is_null = false;
  Word word = Word::kNone;
  std::vector<PollRef> polls;  // also of a set for select, without events

  Flags flags() const { return static_cast<Flags>(number); }
  Events events() const { return static_cast<Events>(number); }
  SignalMask signals() const { return static_cast<SignalMask>(number); }
  std::uint64_t bits() const { return static_cast<std::uint64_t>(number); }

  bool operator==(const Argument&) const = default;
};

struct Step {
  Call call = Call::kPause;
  int thread = 0;  // or process; 0: the main one
  std::vector<Argument> arguments;

  const Argument& operator[](std::size_t i) const { return arguments[i]; }
  bool operator==(const Step&) const = default;
};

struct Program {
  std::string name;
  std::vector<Step> steps;

  bool operator==(const Program&) const = default;
};

std::string_view NameOf(Call call);
// How many descriptors a call makes if it succeeds.
int DescriptorsOf(Call call);
std::span<const Kind> KindsOf(Call call);
// The descriptors that a step's arguments name, in place.
template <typename Visit>
void ForEachFd(Step& step, Visit visit) {
  const std::span<const Kind> kinds = KindsOf(step.call);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] == Kind::kFd) visit(step.arguments[i].fd);
    for (PollRef& poll : step.arguments[i].polls) visit(poll.fd);
  }
}

std::string ToText(const Step& step);
std::string ToText(const Program& program);

// What is wrong with a text, and in which of its lines (from 1).
struct ParseError {
  int line = 0;
  std::string message;
};

// The programs of a text. False if it can't be read; then `error` says why.
bool ParsePrograms(std::string_view text, std::vector<Program>& programs,
                   ParseError& error);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_PROGRAM_H_
