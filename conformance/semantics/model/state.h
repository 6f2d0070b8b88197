// What a program has made so far: descriptors, open file descriptions, and what
// these refer to; signals; and what may have happened in the meantime.
//
// Where the target may do one thing or another, and only later steps show
// which, a member says what is possible: a time is an interval, and whether
// something is so is kNo, kMaybe or kYes.

#ifndef CONFORMANCE_SEMANTICS_MODEL_STATE_H_
#define CONFORMANCE_SEMANTICS_MODEL_STATE_H_

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "conformance/semantics/model/names.h"
#include "conformance/semantics/model/outcome.h"

namespace plumbline::semantics {

enum class Likely : std::uint8_t { kNo, kMaybe, kYes };

// Events that are there, and those that may be.
struct Readiness {
  Events sure = 0;
  Events possible = 0;  // `sure` among them

  void Add(Events events, Likely likely) {
    if (likely == Likely::kNo) return;
    possible |= events;
    if (likely == Likely::kYes) sure |= events;
  }
};

constexpr Time kNever = std::numeric_limits<Time>::max();

// The clock's readings around a call.
// A timer that is over may be noticed late on a busy machine: from then on it
// must have been.
inline constexpr Time kLate = 300'000'000;

struct Interval {
  Time before = 0;
  Time after = 0;
};

enum class ObjectKind : std::uint8_t {
  kPipe,
  kEventfd,
  kTimerfd,
  kSignalfd,
  kEpoll,
  kSocket,
  kNull,  // /dev/null
};

// What was written to a pipe or socket at once, as far as it was not read:
// bytes that count up from `first`.
struct Chunk {
  std::uint8_t first = 0;
  std::int64_t size = 0;
  bool packet = false;
  // Of a socket: as much as was written, which takes room until all is read;
  // and whether it is there still.
  std::int64_t whole = 0;
  Likely there = Likely::kYes;
};

// A registration in an epoll instance, of a descriptor's number and its open
// file description.
struct Interest {
  int fd = 0;
  int description = 0;
  Events events = 0;  // as asked for
  std::uint64_t data = 0;
  bool disabled = false;  // by EPOLLONESHOT
  // With EPOLLET: whether there was an event that was not reported.
  Likely edge = Likely::kNo;
  // Those that it surely was, of which any must still be there for it to be.
  Events news = 0;
  // After how many waits it was last reported or not ready: before it are those
  // of which that is longer ago. Where it may have been ready, it is so for
  // others (earliest_turn), but not against them.
  int turn = 0;
  int earliest_turn = 0;

  bool Has(Event flag) const { return (events & flag) != 0; }
  // What can be reported; ERR and HUP always.
  Events Wanted() const {
    constexpr Events kFlags = kExclusive | kWakeup | kOneshot | kEt;
    return disabled ? 0 : (events & ~kFlags) | kErr | kHup;
  }
};

// What descriptors refer to. Each kind uses some of the members.
struct Object {
  ObjectKind kind = ObjectKind::kPipe;

  // Pipe.
  std::vector<Chunk> chunks;
  std::int64_t capacity = 0;
  int readers = 0;
  int writers = 0;

  // eventfd.
  std::uint64_t counter = 0;
  bool semaphore = false;

  // timerfd: the next expiration that was not read is within these, unless
  // `first_after` is kNever.
  Word clock = Word::kNone;
  Time first_before = kNever;  // not before this
  Time first_after = kNever;   // and not after this
  Time interval = 0;
  Time set_interval = 0;
  // When it was told to be over, and was not read since; or kNever. A timer may
  // be late, but then is over for good.
  Time told_over = kNever;
  // When timerfd_gettime first and last counted what was over, without a read
  // since; or kNever. Linux then waits for the next one, which may be late.
  Time counted_first = kNever;
  Time counted_last = kNever;

  // signalfd.
  SignalMask signals = 0;

  // Socket: an end of a pair, and in `chunks` what it can read.
  Flags type = 0;              // SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET
  int peer = -1;               // the other end
  bool gone = false;           // it was closed
  Likely reset = Likely::kNo;  // ECONNRESET is to be told
  bool refused = false;        // ECONNREFUSED was told
  bool full = false;           // a write to the other end was told that it is
  bool may_have_more = false;  // of a write that sleeps

  // Socket: when the last long write to it ended.
  Time long_write_end = 0;

  // epoll.
  std::vector<Interest> interests;
  int turns = 0;
  // The last one passed some over.
  bool has_claims = false;

  std::int64_t Bytes() const {
    std::int64_t bytes = 0;
    for (const Chunk& chunk : chunks) bytes += chunk.size;
    return bytes;
  }
};

struct Description {
  int object = -1;
  bool reads = true;
  bool writes = true;
  Flags status = 0;  // O_NONBLOCK, O_DIRECT
  Flags access = 0;  // O_RDONLY, O_WRONLY, O_RDWR
  int references = 0;
};

struct Descriptor {
  int description = -1;  // -1: closed
  bool cloexec = false;
};

struct PendingSignal {
  int signal = 0;
  std::string code;  // "SI_USER", "SI_QUEUE", "SI_TKILL", "CLD_EXITED", …
  std::int64_t value = 0;
};

inline SignalMask MaskOfAll(const std::vector<PendingSignal>& queue) {
  SignalMask mask = 0;
  for (const PendingSignal& pending : queue) mask |= MaskOf(pending.signal);
  return mask;
}

struct Action {
  Word disposition = Word::kDefault;
  Flags flags = 0;
};

// What a process has for itself, and what fork copies but for its signals.
struct ProcessState {
  bool exists = false;
  // It was forked, and its mask and pending signals are as they were then.
  bool is_new = false;
  std::vector<Descriptor> fds;  // by number
  std::int64_t fd_limit = 0;
  std::vector<PendingSignal> pending;
  std::array<Action, 65> actions{};

  int DescriptionOf(std::int64_t fd) const {
    return fd >= 0 && fd < static_cast<std::int64_t>(fds.size())
               ? fds[static_cast<std::size_t>(fd)].description
               : -1;
  }
};

// The main one among them, and the processes' own.
constexpr int kMaxThreads = 4;

// A descriptor of a call that sleeps, which keeps its file.
struct HeldFile {
  int fd = 0;
  int description = -1;
};

struct ThreadState {
  bool is_named = false;  // by the program, so that it is there
  bool exists = false;    // it had a step
  int process = 0;
  SignalMask mask = 0;
  std::vector<PendingSignal> pending;
  // The step that sleeps in its call, or -1; and since when.
  int sleeping = -1;
  Time since = 0;
  std::vector<HeldFile> held;
  bool polls = false;  // by poll or select, which hold none for certain
  // What its call let through and was bound by when it began.
  SignalMask mask_during = 0;
  SignalMask waits_for = 0;  // in sigtimedwait
  std::int64_t fd_limit = 0;
  // A signal came that it lets through: it is interrupted though another thread
  // takes that.
  bool was_signalled = false;
  // It goes on after handlers with SA_RESTART, and these ran so far.
  bool restarts = false;
  std::vector<int> ran;
};

struct State {
  std::vector<Description> descriptions;
  std::vector<Object> objects;

  // By the number in programs. A process that was forked has one thread, which
  // has its number.
  std::array<ProcessState, kMaxThreads> processes{};
  std::array<ThreadState, kMaxThreads> threads{};
  bool has_forked = false;

  // A step did what the model does not follow, so that nothing is known of what
  // comes after it.
  bool is_lost = false;

  // By number of the step: the descriptors that it made.
  std::vector<std::array<int, 2>> made;

  Description& At(int description) {
    return descriptions[static_cast<std::size_t>(description)];
  }
  const Description& At(int description) const {
    return descriptions[static_cast<std::size_t>(description)];
  }
  Object& ObjectOf(int description) {
    return objects[static_cast<std::size_t>(At(description).object)];
  }
  const Object& ObjectOf(int description) const {
    return objects[static_cast<std::size_t>(At(description).object)];
  }
};

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_STATE_H_
