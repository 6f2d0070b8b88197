// A program, and the reader of its text.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_PROGRAM_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_PROGRAM_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "conformance/semantics/executor/names.h"
#include "conformance/semantics/executor/text.h"

namespace plumbline::executor {

inline constexpr int kMaxSteps = 256;
// Of lists of descriptors, in a whole program.
inline constexpr int kMaxEntries = 1024;
// Second threads and processes have the numbers from 1 to this.
inline constexpr int kMaxThread = 3;
inline constexpr int kMaxArguments = 5;
// Of a read or write, in bytes: twice what an unprivileged pipe can hold.
inline constexpr int64_t kMaxSize = int64_t{1} << 21;
// Of a read_siginfo.
inline constexpr int64_t kMaxRecords = 64;

enum class Call : uint8_t {
  kPipe2,
  kSocketpair,
  kFifo,
  kEventfd,
  kTimerfdCreate,
  kEpollCreate1,
  kSignalfd,
  kTimerfdSettime,
  kTimerfdGettime,
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
  kWrite8,
  kRead8,
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

// Of sigaction.
enum class Action { kDefault, kIgnore, kHandler };

// A number, or the descriptor that a step made.
struct Value {
  int64_t number = 0;
  // The step whose descriptor it is; -1 for a number.
  int16_t step = -1;
  // Which of that step's: 0 or 1.
  int16_t which = 0;
};

// A descriptor of a list, and the events that poll looks for.
struct Entry {
  Value fd;
  short events;
};

struct Step {
  Call call;
  // Or the process that has this number; 0 is the main thread.
  uint8_t thread;
  // Of the signal set: whether it is a null pointer.
  bool no_signals;
  SignalSet signals;
  // The arguments in their order. Of a list: the index of its first entry.
  Value arguments[kMaxArguments];
  // Of a list: how many entries; -1 if it is `-`.
  int16_t counts[kMaxArguments];
};

struct ProgramHead {
  uint64_t number;
  // Of the input, where it begins.
  uint64_t line;
  int step_count;
  int entry_count;
  // The highest second thread that a step names; 0 if there is none.
  int last_thread;
  // Bit N: `fork N` made that a process.
  uint32_t processes;
  // A call waits for a time, or arms a timer.
  bool takes_time;
};

struct Program : ProgramHead {
  Step steps[kMaxSteps];
  Entry entries[kMaxEntries];
};

// Reads programs line by line.
class Parser {
 public:
  enum class Status {
    // The program goes on, or there is none.
    kMore,
    // program() is complete.
    kProgram,
    // error() says what is wrong; the rest of the program will be passed over.
    kError,
  };

  explicit Parser(Program* program) : program_(program) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  Status Feed(std::string_view line);
  // At the end of the input.
  Status Finish();

  const Program& program() const { return *program_; }
  // "LINE MESSAGE"
  std::string_view error() const { return error_.view(); }

 private:
  enum class State { kOutside, kInside, kPassingOver };

  bool Begin(std::string_view number);
  Status Fail();
  bool ParseThread(std::string_view word, int64_t* thread);
  bool MayBeOf(const Step& step);
  bool ParseStep(const std::string_view* words, int count);
  bool ParseArgument(char kind, std::string_view word, int index, Step* step);
  bool ParseInteger(std::string_view word, const char* what, int64_t least,
                    int64_t most, int64_t* number);
  bool ParseNames(std::string_view word, int64_t* number);
  bool ParseDescriptor(std::string_view word, Value* value);
  bool ParseSignal(std::string_view word, int* signal);
  bool ParseSignals(std::string_view word, bool or_null, Step* step);
  bool ParseList(std::string_view word, bool with_events, int index,
                 Step* step);
  Text& Message();

  Program* program_;
  State state_ = State::kOutside;
  uint64_t line_ = 0;
  // Bit N: a step before this one is of thread N.
  uint32_t threads_ = 0;
  char message_[512];
  Text error_{message_, sizeof(message_)};
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_PROGRAM_H_
