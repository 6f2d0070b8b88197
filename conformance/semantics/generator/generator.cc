#include "conformance/semantics/generator/generator.h"

#include <rapidcheck/Random.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

namespace plumbline::semantics {
namespace {

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr int kThreads = 3;

enum class Made : std::uint8_t {
  kReadEnd,
  kWriteEnd,
  kEventfd,
  kTimerfd,
  kSignalfd,
  kEpoll,
  kSocket,
};

// A descriptor that a step made, if it succeeded.
struct Live {
  FdRef fd;
  Made made = Made::kEventfd;
  bool nonblocking = true;
  // Bit N: in process N it is open.
  unsigned open_in = 1;
};

// What a process does with signals.
struct Masks {
  SignalMask blocked = 0;
  SignalMask handled = 0;
};

// A pair of sockets.
struct Pair {
  int step = 0;
  bool nonblocking = true;
};

// Writes one program, step by step.
class Writer {
 public:
  Writer(const rc::Random& random, int steps, Mix mix)
      : random_(random), mix_(mix), wanted_(steps) {}

  Program Write() {
    threads_ = OneIn(2);
    timers_ = OneIn(2);
    if (mix_ != Mix::kAll) {
      threads_ = mix_ == Mix::kThreads;
      timers_ = false;
    }
    signals_ = Below(5) < 2;
    duplicates_ = OneIn(2);
    forks_ = mix_ == Mix::kAll && OneIn(8);
    Begin();
    const int length = wanted_ / 2 + Below(wanted_ + 1);
    while (Steps() < length) Next();
    return std::move(program_);
  }

 private:
  // ---- choosing ----

  int Below(int end) {
    return static_cast<int>(random_.next() % static_cast<std::uint64_t>(end));
  }
  bool OneIn(int n) { return Below(n) == 0; }
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return values.begin()[Below(static_cast<int>(values.size()))];
  }
  // Each with the chance one half.
  template <typename T>
  T SomeOf(std::initializer_list<T> values) {
    T bits{};
    for (const T value : values) {
      if (OneIn(2)) bits = static_cast<T>(bits | value);
    }
    return bits;
  }
  int Steps() const { return static_cast<int>(program_.steps.size()); }

  // ---- writing ----

  Argument Number(std::int64_t number) {
    Argument argument;
    argument.number = number;
    return argument;
  }
  Argument Bits(std::uint64_t bits) {
    return Number(static_cast<std::int64_t>(bits));
  }
  Argument Fd(const FdRef& fd) {
    Argument argument;
    argument.fd = fd;
    return argument;
  }
  Argument Name(Word word) {
    Argument argument;
    argument.word = word;
    return argument;
  }
  Argument NullSignals() {
    Argument argument;
    argument.is_null = true;
    return argument;
  }

  int Add(Call call, std::vector<Argument> arguments, int thread = 0) {
    if (thread == 0) thread = actor_;
    program_.steps.push_back({call, thread, std::move(arguments)});
    return Steps() - 1;
  }
  void Keep(int step, int part, Made made, bool nonblocking) {
    live_.push_back({{step, part, -1}, made, nonblocking, 1U << actor_});
  }
  Masks& Own() { return masks_[static_cast<std::size_t>(actor_)]; }

  // ---- descriptors to use ----

  bool IsOpen(const Live& live) const {
    return ((live.open_in >> actor_) & 1) != 0;
  }
  // Any; now and then a wrong one.
  FdRef Any() {
    if (live_.empty() || OneIn(40)) return {-1, 0, OneOf({-1, 3, 9, 77})};
    FdRef fd;
    for (int i = 0; i < 4; ++i) {
      const Live& live = live_[static_cast<std::size_t>(
          Below(static_cast<int>(live_.size())))];
      fd = live.fd;
      if (IsOpen(live)) break;
    }
    return fd;
  }
  const Live* Find(std::initializer_list<Made> kinds) {
    std::vector<const Live*> found;
    for (const Live& live : live_) {
      if (IsOpen(live) &&
          std::find(kinds.begin(), kinds.end(), live.made) != kinds.end()) {
        found.push_back(&live);
      }
    }
    if (found.empty()) return nullptr;
    return found[static_cast<std::size_t>(
        Below(static_cast<int>(found.size())))];
  }

  // ---- parts of programs ----

  void Begin() {
    if (signals_) {
      SignalMask blocked = MaskOf(10) | MaskOf(kSigRtmin);
      blocked |= SomeOf({MaskOf(12), MaskOf(kSigRtmin + 1), MaskOf(17)});
      Add(Call::kSigprocmask, {Name(Word::kSigBlock), Bits(blocked)});
      Own().blocked = blocked;
      if (OneIn(2)) Handle(OneOf({10, 12, kSigRtmin}));
    }
    // Else what writes to a pipe that nobody reads ends the program.
    if (OneIn(2)) {
      Add(Call::kSigaction,
          {Number(13), Name(OneOf({Word::kIgnore, Word::kHandler})), Bits(0)});
    }
    if (timers_) MakeTimerfd();
    MakeEpoll();
    for (int i = 1 + Below(2); i > 0; --i) Make();
    Watch();
    if (threads_) UseThread();
    if (signals_ && OneIn(2)) {
      Add(Call::kKill, {Number(BlockedSignal())});
    }
  }

  void Make() {
    switch (Below(signals_ ? 8 : 6)) {
      case 0:
      case 1:
        return MakePipe();
      case 2:
      case 3:
        return MakeEventfd();
      case 4:
        return OneIn(2) && timers_ ? MakeTimerfd() : MakeEpoll();
      case 5:
        return MakeSocketpair();
      default:
        return MakeSignalfd();
    }
  }

  // A flag that no such call has.
  Flags Wrong() { return OneIn(50) ? Flags{kOAppend} : Flags{0}; }

  void MakePipe() {
    if (OneIn(8)) return MakeFifo();
    Flags flags = OneIn(5) ? Flags{0} : Flags{kONonblock};
    if (OneIn(4)) flags |= kOCloexec;
    if (OneIn(6)) flags |= kODirect;
    const int step = Add(Call::kPipe2, {Bits(flags | Wrong())});
    const bool nonblocking = (flags & kONonblock) != 0;
    Keep(step, 0, Made::kReadEnd, nonblocking);
    Keep(step, 1, Made::kWriteEnd, nonblocking);
  }
  void MakeFifo() {
    const Flags flags = OneIn(5) ? Flags{0} : Flags{kONonblock};
    const int step = Add(
        Call::kFifo, {Bits(flags | (OneIn(4) ? Flags{kOCloexec} : Flags{0}))});
    Keep(step, 0, Made::kReadEnd, flags != 0);
    Keep(step, 0, Made::kWriteEnd, flags != 0);
  }
  void MakeSocketpair() {
    const Flags type =
        OneOf<Flags>({kSockStream, kSockStream, kSockDgram, kSockSeqpacket});
    Flags flags = OneIn(4) ? Flags{0} : Flags{kSockNonblock};
    if (OneIn(4)) flags |= kSockCloexec;
    const int step = Add(Call::kSocketpair, {Bits(type | flags)});
    const bool nonblocking = (flags & kSockNonblock) != 0;
    Keep(step, 0, Made::kSocket, nonblocking);
    Keep(step, 1, Made::kSocket, nonblocking);
    pairs_.push_back({step, nonblocking});
  }
  void MakeEventfd() {
    Flags flags = OneIn(4) ? Flags{0} : Flags{kEfdNonblock};
    if (OneIn(3)) flags |= kEfdSemaphore;
    if (OneIn(4)) flags |= kEfdCloexec;
    const int step =
        Add(Call::kEventfd,
            {Number(OneOf<std::int64_t>({0, 0, 0, 1, 2, 3, 4294967295})),
             Bits(flags | Wrong())});
    Keep(step, 0, Made::kEventfd, (flags & kEfdNonblock) != 0);
  }
  void MakeTimerfd() {
    const Flags flags = OneIn(4) ? Flags{0} : Flags{kTfdNonblock};
    const int step = Add(
        Call::kTimerfdCreate,
        {Name(OneOf({Word::kClockMonotonic, Word::kClockMonotonic,
                     Word::kClockRealtime, Word::kClockBoottime})),
         Bits(flags | (OneIn(4) ? Flags{kTfdCloexec} : Flags{0}) | Wrong())});
    Keep(step, 0, Made::kTimerfd, flags != 0);
    SetTimer({step, 0, -1});
  }
  void MakeSignalfd() {
    const Flags flags = OneIn(4) ? Flags{0} : Flags{kSfdNonblock};
    const int step = Add(Call::kSignalfd, {Fd({-1, 0, -1}), Bits(Signals()),
                                           Bits(flags | Wrong())});
    Keep(step, 0, Made::kSignalfd, flags != 0);
  }
  void MakeEpoll() {
    const int step =
        Add(Call::kEpollCreate1,
            {Bits((OneIn(3) ? Flags{kEpollCloexec} : Flags{0}) | Wrong())});
    Keep(step, 0, Made::kEpoll, true);
  }

  SignalMask Signals() {
    const SignalMask signals =
        SomeOf({MaskOf(10), MaskOf(12), MaskOf(kSigRtmin),
                MaskOf(kSigRtmin + 1), MaskOf(17)}) |
        (OneIn(10) ? MaskOf(9) : 0);
    return signals != 0 ? signals : MaskOf(10);
  }
  int Signal() { return OneOf({10, 10, 12, kSigRtmin, kSigRtmin + 1, 17}); }

  Events WatchedEvents() {
    Events events = OneOf<Events>({kIn, kIn, kIn, kOut, kIn | kOut, 0});
    if (OneIn(3)) events |= kEt;
    if (OneIn(5)) events |= kOneshot;
    if (OneIn(12)) events |= kRdhup;
    if (OneIn(15)) events |= kExclusive;
    return events;
  }
  void Watch() {
    const Live* epoll = Find({Made::kEpoll});
    if (epoll == nullptr) return MakeEpoll();
    const FdRef epfd = OneIn(40) ? Any() : epoll->fd;
    FdRef fd = Any();
    if (!duplicates_) {
      const Live* other =
          Find({Made::kReadEnd, Made::kWriteEnd, Made::kEventfd, Made::kTimerfd,
                Made::kSignalfd, Made::kSocket});
      if (other != nullptr) fd = other->fd;
    }
    const Word operation =
        OneOf({Word::kEpollCtlAdd, Word::kEpollCtlAdd, Word::kEpollCtlAdd,
               Word::kEpollCtlMod, Word::kEpollCtlMod, Word::kEpollCtlDel});
    if (operation != Word::kEpollCtlAdd && !watched_.empty() && !OneIn(8)) {
      const auto& [watcher, watched] = watched_[static_cast<std::size_t>(
          Below(static_cast<int>(watched_.size())))];
      Add(Call::kEpollCtl, {Fd(watcher), Name(operation), Fd(watched),
                            Bits(WatchedEvents()), Number(Steps())});
      return;
    }
    if (operation == Word::kEpollCtlAdd) watched_.emplace_back(epfd, fd);
    // Data that tells registrations apart, and now and then does not.
    const std::int64_t data = OneIn(10) ? -1 : Steps();
    Add(Call::kEpollCtl, {Fd(epfd), Name(operation), Fd(fd),
                          Bits(WatchedEvents()), Number(data)});
  }

  std::int64_t Milliseconds() {
    return mix_ == Mix::kAll && OneIn(12) ? OneOf<std::int64_t>({1, 2}) : 0;
  }

  void Wait(int thread = 0) {
    const Live* epoll = Find({Made::kEpoll});
    if (epoll == nullptr) return;
    const FdRef fd = OneIn(60) ? Any() : epoll->fd;
    const std::int64_t most =
        OneOf<std::int64_t>({8, 8, 8, 1, 1, 2, OneIn(20) ? 0 : 3});
    const std::int64_t ms = thread != 0 ? -1 : Milliseconds();
    switch (Below(4)) {
      case 0:
        Add(Call::kEpollPwait,
            {Fd(fd), Number(most), Number(ms), TemporaryMask()}, thread);
        return;
      case 1:
        Add(Call::kEpollPwait2,
            {Fd(fd), Number(most), Number(ms < 0 ? ms : ms * kMillisecond),
             TemporaryMask()},
            thread);
        return;
      default:
        Add(Call::kEpollWait, {Fd(fd), Number(most), Number(ms)}, thread);
    }
  }
  // Of a wait: the mask as it is, or one that lets nothing deadly through.
  Argument TemporaryMask() {
    if (!signals_ || OneIn(2)) return NullSignals();
    return Bits(Own().blocked & ~(Own().handled & Signals()));
  }

  void Poll(int thread = 0) {
    std::vector<PollRef> polls;
    for (int i = Below(4); i >= 0; --i) {
      polls.push_back({Any(), OneOf<Events>({kIn, kOut, kIn | kOut, 0})});
    }
    Argument argument;
    argument.polls = std::move(polls);
    const std::int64_t ms = thread != 0 ? -1 : Milliseconds();
    if (OneIn(3)) {
      Add(Call::kPpoll,
          {argument, Number(ms < 0 ? ms : ms * kMillisecond), TemporaryMask()},
          thread);
    } else {
      Add(Call::kPoll, {argument, Number(ms)}, thread);
    }
  }

  void Select() {
    std::vector<Argument> arguments;
    for (int set = 0; set < 3; ++set) {
      Argument& argument = arguments.emplace_back();
      for (int i = Below(3); i > 0; --i) {
        const FdRef fd = Any();
        // FD_SET takes no number below 0.
        if (fd.step < 0) continue;
        const auto same = [&](const PollRef& p) { return p.fd == fd; };
        if (std::none_of(argument.polls.begin(), argument.polls.end(), same)) {
          argument.polls.push_back({fd, 0});
        }
      }
    }
    arguments.push_back(Number(Milliseconds() * kMillisecond));
    const Call call = OneOf({Call::kSelect, Call::kPselect});
    if (call == Call::kPselect) arguments.push_back(TemporaryMask());
    Add(call, std::move(arguments));
  }

  void Read(int thread = 0) {
    const Live* live = Find({Made::kReadEnd, Made::kEventfd, Made::kTimerfd,
                             Made::kSignalfd, Made::kSocket});
    if (live == nullptr) return;
    // The main thread would sleep for ever.
    if (thread == 0 && !live->nonblocking) return;
    if (thread == 0 && OneIn(40)) {
      Add(Call::kRead, {Fd(Any2()), Number(8)});
      return;
    }
    switch (live->made) {
      case Made::kReadEnd:
      case Made::kSocket:
        Add(Call::kRead,
            {Fd(live->fd), Number(OneOf<std::int64_t>(
                               {1, 2, 3, 8, 100, 4096, 5000, 70000, 0}))},
            thread);
        return;
      case Made::kSignalfd:
        Add(Call::kReadSiginfo, {Fd(live->fd), Number(1 + Below(3))}, thread);
        return;
      default:
        Add(Call::kRead8, {Fd(live->fd), Number(OneIn(30) ? 4 : 8)}, thread);
    }
  }
  // One that does not make the main thread sleep.
  FdRef Any2() {
    for (const Live& live : live_) {
      if (live.nonblocking && OneIn(2)) return live.fd;
    }
    return {-1, 0, 99};
  }

  void Write_(int thread = 0) {
    const Live* live = Find({Made::kWriteEnd, Made::kEventfd, Made::kSocket});
    if (live == nullptr) return;
    if (live->made == Made::kEventfd) {
      constexpr std::int64_t kMost = -2;  // 2^64 - 2
      const std::int64_t value =
          thread == 0 && !live->nonblocking
              ? OneOf<std::int64_t>({0, 1, 2})
              : OneOf<std::int64_t>({0, 1, 1, 2, 5, kMost, kMost, -1});
      Add(Call::kWrite8, {Fd(live->fd), Number(value)}, thread);
      return;
    }
    const std::int64_t size =
        live->nonblocking
            ? OneOf<std::int64_t>({1, 2, 3, 10, 4096, 4097, 60000, 70000, 0})
            : OneOf<std::int64_t>({1, 2, 3, 10});
    Add(Call::kWrite, {Fd(live->fd), Number(size), Number(Below(256))}, thread);
  }

  void Duplicate() {
    if (live_.empty()) return;
    const Live live =
        live_[static_cast<std::size_t>(Below(static_cast<int>(live_.size())))];
    int step;
    switch (Below(5)) {
      case 0:
      case 1:
        step = Add(Call::kDup, {Fd(live.fd)});
        break;
      case 2:
        step =
            Add(Call::kFcntl,
                {Fd(live.fd), Name(OneOf({Word::kDupfd, Word::kDupfdCloexec})),
                 Number(OneOf<std::int64_t>({0, 5, 20, 63, 64, -1}))});
        break;
      case 3:
        step = Add(Call::kDup2, {Fd(live.fd), Fd(Target())});
        break;
      default:
        step = Add(Call::kDup3,
                   {Fd(live.fd), Fd(Target()),
                    Bits((OneIn(2) ? Flags{kOCloexec} : Flags{0}) | Wrong())});
        break;
    }
    Keep(step, 0, live.made, live.nonblocking);
  }
  // Of dup2: another descriptor, or a number.
  FdRef Target() {
    if (OneIn(2)) return Any();
    return {-1, 0, OneOf({3, 5, 12, 40, 63, 64, -1})};
  }

  void Close() {
    if (live_.empty()) return;
    const auto at =
        static_cast<std::size_t>(Below(static_cast<int>(live_.size())));
    const FdRef fd = live_[at].fd;
    if (OneIn(12)) {
      Add(Call::kCloseRange,
          {Fd(fd), Fd(OneIn(2) ? fd : FdRef{-1, 0, 63}),
           Bits(OneIn(2) ? Flags{kCloseRangeCloexec} : Flags{0})});
      return;
    }
    Add(Call::kClose, {Fd(fd)});
    if (OneIn(10)) return;
    live_[at].open_in &= ~(1U << actor_);
    if (live_[at].open_in == 0) {
      live_.erase(live_.begin() + static_cast<long>(at));
    }
  }

  // ---- sockets ----

  FdRef End(const Pair& pair, int end) { return {pair.step, end, -1}; }
  void WriteEnd(const Pair& pair, int end, std::int64_t size, int thread = 0) {
    Add(Call::kWrite, {Fd(End(pair, end)), Number(size), Number(Below(256))},
        thread);
  }
  void ReadEnd(const Pair& pair, int end, std::int64_t size, int thread = 0) {
    Add(Call::kRead, {Fd(End(pair, end)), Number(size)}, thread);
  }
  // Looks at an end, by one call or another.
  void Look(const Pair& pair, int end) {
    const FdRef fd = End(pair, end);
    switch (Below(4)) {
      case 0:
        return Wait();
      case 1: {
        Argument none;
        Argument set;
        set.polls.push_back({fd, 0});
        Add(Call::kSelect, {set, set, none, Number(0)});
        return;
      }
      default: {
        Argument polls;
        polls.polls.push_back(
            {fd, OneOf<Events>({kIn, kIn | kRdhup, kIn | kOut, kOut, 0})});
        Add(Call::kPoll, {polls, Number(0)});
      }
    }
  }
  void WatchEnd(const Pair& pair, int end) {
    const Live* epoll = Find({Made::kEpoll});
    if (epoll == nullptr) return;
    Events events = OneOf<Events>({kIn, kOut, kIn | kOut, 0});
    if (OneIn(2)) events |= kEt;
    if (OneIn(2)) events |= kRdhup;
    Add(Call::kEpollCtl,
        {Fd(epoll->fd), Name(OneOf({Word::kEpollCtlAdd, Word::kEpollCtlMod})),
         Fd(End(pair, end)), Bits(events), Number(Steps())});
    watched_.emplace_back(epoll->fd, End(pair, end));
  }

  void UseSocket() {
    if (pairs_.empty() || OneIn(3)) MakeSocketpair();
    const Pair& pair = pairs_[static_cast<std::size_t>(
        Below(static_cast<int>(pairs_.size())))];
    const int end = Below(2);
    if (OneIn(2)) WatchEnd(pair, end);
    switch (Below(6)) {
      case 0:
      case 1:
        return Exchange(pair, end);
      case 2:
      case 3:
        return HangUp(pair, end);
      case 4:
        // Seldom, as copying what a socket holds takes longer than other
        // programs.
        return OneIn(4) ? Fill(pair, end) : Exchange(pair, end);
      default:
        if (!threads_ || actor_ != 0) return Exchange(pair, end);
        return OneIn(3) ? FillAndSleep() : WakeSocket(pair, end);
    }
  }
  // What one end writes the other reads, in other parts.
  void Exchange(const Pair& pair, int end) {
    const auto size = [&] { return OneOf<std::int64_t>({1, 2, 3, 10, 0}); };
    for (int i = 1 + Below(2); i > 0; --i) WriteEnd(pair, 1 - end, size());
    if (OneIn(2)) Look(pair, end);
    for (int i = 1 + Below(3); i > 0 && pair.nonblocking; --i) {
      ReadEnd(pair, end, OneOf<std::int64_t>({1, 2, 8, 100}));
    }
    if (OneIn(3)) Look(pair, OneIn(2) ? end : 1 - end);
  }
  // The other end is closed, with and without what it and this one wrote.
  void HangUp(const Pair& pair, int end) {
    if (OneIn(2)) WriteEnd(pair, end, 1 + Below(3));
    if (OneIn(2)) WriteEnd(pair, 1 - end, 1 + Below(3));
    if (OneIn(3)) WatchEnd(pair, end);
    Add(Call::kClose, {Fd(End(pair, 1 - end))});
    for (Live& live : live_) {
      if (live.fd == End(pair, 1 - end)) live.open_in &= ~(1U << actor_);
    }
    for (int i = 2 + Below(3); i > 0; --i) {
      switch (Below(4)) {
        case 0:
          WriteEnd(pair, end, OneOf<std::int64_t>({1, 1, 3, 0}));
          break;
        case 1:
          Look(pair, end);
          break;
        default:
          if (pair.nonblocking) ReadEnd(pair, end, 8);
      }
    }
  }
  // More than has room.
  void Fill(const Pair& pair, int end) {
    if (!pair.nonblocking) return Exchange(pair, end);
    for (int i = 2 + Below(2); i > 0; --i) {
      WriteEnd(pair, 1 - end,
               OneOf<std::int64_t>({200000, 200000, 120000, 30000}));
    }
    if (OneIn(2)) Look(pair, 1 - end);
    for (int i = 1 + Below(3); i > 0; --i) {
      ReadEnd(pair, end, OneOf<std::int64_t>({300000, 300000, 100000, 8}));
    }
    Look(pair, OneIn(3) ? end : 1 - end);
  }
  // A message that has no room until others are read, which are there: so the
  // main thread does not sleep.
  void FillAndSleep() {
    if (next_thread_ > kThreads) return;
    const Flags type = OneOf<Flags>({kSockDgram, kSockSeqpacket});
    const Pair pair{Add(Call::kSocketpair, {Bits(type)}), false};
    Keep(pair.step, 0, Made::kSocket, false);
    Keep(pair.step, 1, Made::kSocket, false);
    for (int i = 0; i < 2; ++i) WriteEnd(pair, 0, 120000);
    WriteEnd(pair, 0, 1 + Below(3), next_thread_++);
    for (int i = 0; i < 2; ++i) ReadEnd(pair, 1, 200000);
  }
  // A thread that sleeps in reading, and what it waits for.
  void WakeSocket(const Pair& pair, int end) {
    if (pair.nonblocking || next_thread_ > kThreads) {
      return Exchange(pair, end);
    }
    ReadEnd(pair, end, OneOf<std::int64_t>({1, 8, 100}), next_thread_++);
    WriteEnd(pair, 1 - end, OneOf<std::int64_t>({1, 2, 3, 0}));
  }

  // What is watched is closed, while a duplicate keeps the file.
  void CloseWatched() {
    const Live* epoll = Find({Made::kEpoll});
    const Live* live = Find({Made::kReadEnd, Made::kWriteEnd, Made::kEventfd});
    if (epoll == nullptr || live == nullptr) return;
    const int watched = Add(Call::kDup, {Fd(live->fd)});
    Add(Call::kEpollCtl,
        {Fd(epoll->fd), Name(Word::kEpollCtlAdd), Fd({watched, 0, -1}),
         Bits(kIn | kOut), Number(Steps())});
    Add(Call::kClose, {Fd({watched, 0, -1})});
    Add(Call::kEpollWait, {Fd(epoll->fd), Number(8), Number(0)});
  }
  // A row of descriptors is closed, and looked at.
  void CloseRow() {
    if (live_.empty()) return;
    const FdRef fd = Any();
    const int first =
        Add(Call::kFcntl, {Fd(fd), Name(Word::kDupfd), Number(20)});
    const int last =
        Add(Call::kFcntl, {Fd(fd), Name(Word::kDupfd), Number(20)});
    Add(Call::kCloseRange,
        {Fd({first, 0, -1}), Fd({last, 0, -1}),
         Bits(OneIn(2) ? Flags{kCloseRangeCloexec} : Flags{0})});
    Add(Call::kFcntl, {Fd({last, 0, -1}), Name(Word::kGetfd), Number(0)});
  }

  void Fcntl() {
    const FdRef fd = Any();
    switch (Below(6)) {
      case 0:
        Add(Call::kFcntl, {Fd(fd), Name(Word::kGetfd), Number(0)});
        return;
      case 1:
        Add(Call::kFcntl, {Fd(fd), Name(Word::kSetfd),
                           Bits(OneIn(2) ? Flags{kFdCloexec} : Flags{0})});
        return;
      case 2:
        Add(Call::kFcntl, {Fd(fd), Name(Word::kGetfl), Number(0)});
        return;
      case 3:
        // Only ever to nonblocking: the main thread reads it.
        Add(Call::kFcntl,
            {Fd(fd), Name(Word::kSetfl),
             Bits(kONonblock | (OneIn(5) ? Flags{kODirect} : 0))});
        return;
      case 4:
        Add(Call::kFcntl, {Fd(fd), Name(Word::kGetpipeSz), Number(0)});
        return;
      default: {
        const Live* live = Find({Made::kReadEnd, Made::kWriteEnd});
        Add(Call::kFcntl,
            {Fd(live != nullptr ? live->fd : fd), Name(Word::kSetpipeSz),
             Number(OneOf<std::int64_t>({1, 4096, 5000, 16384, 131072}))});
      }
    }
  }

  void SetTimer(const FdRef& fd) {
    std::int64_t value =
        OneOf<std::int64_t>({1, 50 * kMicrosecond, 200 * kMicrosecond,
                             kMillisecond, 1000 * kMillisecond, 0});
    if (OneIn(40)) value = -1;
    const std::int64_t interval = OneOf<std::int64_t>(
        {0, 0, 100 * kMicrosecond, 300 * kMicrosecond, kMillisecond});
    Flags flags = OneIn(4) ? Flags{kTfdTimerAbstime} : Flags{0};
    if (OneIn(15)) flags |= kTfdTimerAbstime | kTfdTimerCancelOnSet;
    Add(Call::kTimerfdSettime,
        {Fd(fd), Bits(flags | Wrong()), Number(value), Number(interval)});
  }
  void UseTimer() {
    const Live* timer = Find({Made::kTimerfd});
    if (timer == nullptr) return MakeTimerfd();
    switch (Below(4)) {
      case 0:
        return SetTimer(OneIn(30) ? Any() : timer->fd);
      case 1:
        Add(Call::kTimerfdGettime, {Fd(OneIn(30) ? Any() : timer->fd)});
        return;
      case 2:
        Add(Call::kNanosleep,
            {Number(OneIn(30) ? -1
                              : OneOf<std::int64_t>({1, 60 * kMicrosecond,
                                                     250 * kMicrosecond}))});
        return;
      default:
        if (timer->nonblocking) {
          Add(Call::kRead8, {Fd(timer->fd), Number(8)});
        }
    }
  }

  void UseSignal() {
    switch (Below(14)) {
      case 13:
        return QueueTwice();
      case 12:
        return threads_ && actor_ == 0 ? Interrupt() : Suspend();
      case 0:
      case 1: {
        const int signal = BlockedSignal();
        Add(Call::kKill, {Number(signal)});
        return;
      }
      case 2:
      case 3:
        Add(Call::kSigqueue, {Number(BlockedSignal()), Number(Below(1000))});
        return;
      case 4:
        Add(Call::kTgkill, {Number(0), Number(BlockedSignal())});
        return;
      case 5:
        Add(Call::kSigpending, {});
        return;
      case 6: {
        const int signal = OneIn(20) ? 9 : Signal();
        const Word disposition =
            OneOf({Word::kHandler, Word::kHandler, Word::kHandler,
                   Word::kIgnore, Word::kDefault});
        Add(Call::kSigaction, {Number(signal), Name(disposition),
                               Bits(OneIn(3) ? Flags{kSaRestart} : Flags{0})});
        if (disposition == Word::kHandler) {
          Own().handled |= MaskOf(signal);
        } else {
          Own().handled &= ~MaskOf(signal);
        }
        return;
      }
      case 7: {
        // Of those that have a handler, and now and then of any.
        const SignalMask signals =
            OneIn(25) ? Signals() : Signals() & (Own().handled | MaskOf(17));
        if (OneIn(4)) {
          // The same by what remains blocked.
          Own().blocked &= ~signals;
          Add(Call::kSigprocmask,
              {Name(Word::kSigSetmask), Bits(Own().blocked)});
          return;
        }
        Add(Call::kSigprocmask,
            {Name(OneOf(
                 {Word::kSigUnblock, Word::kSigUnblock, Word::kSigBlock})),
             Bits(signals)});
        // What is unblocked is not sent by what may end the program.
        if (program_.steps.back()[0].word == Word::kSigBlock) {
          Own().blocked |= signals;
        } else {
          Own().blocked &= ~signals;
        }
        return;
      }
      case 8:
        Add(Call::kSigprocmask, {Name(Word::kSigBlock), Bits(Signals())});
        Own().blocked |= program_.steps.back()[1].signals() & ~MaskOf(9);
        return;
      case 9:
        Add(Call::kSigtimedwait,
            {Bits(Signals()),
             Number(mix_ == Mix::kAll && OneIn(8) ? kMillisecond : 0)});
        return;
      default: {
        const Live* signalfd = Find({Made::kSignalfd});
        if (signalfd == nullptr) return MakeSignalfd();
        if (OneIn(3)) {
          Add(Call::kSignalfd,
              {Fd(OneIn(20) ? Any() : signalfd->fd), Bits(Signals()), Bits(0)});
        } else if (signalfd->nonblocking) {
          Add(Call::kReadSiginfo, {Fd(signalfd->fd), Number(1 + Below(3))});
        }
      }
    }
  }
  void Handle(int signal) {
    Add(Call::kSigaction, {Number(signal), Name(Word::kHandler),
                           Bits(OneIn(2) ? Flags{kSaRestart} : Flags{0})});
    Own().handled |= MaskOf(signal);
  }
  // A signal that waits, and a call that lets it through.
  void Suspend() {
    const int signal = OneOf({10, 12, kSigRtmin});
    Handle(signal);
    Add(Call::kSigprocmask, {Name(Word::kSigBlock), Bits(MaskOf(signal))});
    Own().blocked |= MaskOf(signal);
    Add(Call::kKill, {Number(signal)});
    const Argument mask = Bits(Own().blocked & ~MaskOf(signal));
    const Live* epoll = Find({Made::kEpoll});
    if (epoll != nullptr && OneIn(2)) {
      Add(Call::kEpollPwait, {Fd(epoll->fd), Number(8), Number(-1), mask});
    } else {
      Add(Call::kSigsuspend, {mask});
    }
  }
  // The same signal twice, or two of which the later one comes first, and taken
  // as often as they come.
  void QueueTwice() {
    const int first = OneOf({kSigRtmin, kSigRtmin + 1, 10});
    const int second =
        first == kSigRtmin + 1 && OneIn(2) ? int{kSigRtmin} : first;
    const SignalMask both = MaskOf(first) | MaskOf(second);
    Add(Call::kSigprocmask, {Name(Word::kSigBlock), Bits(both)});
    Own().blocked |= both;
    for (const int signal : {first, second}) {
      Add(Call::kSigqueue, {Number(signal), Number(Below(1000))});
    }
    for (int i = 0; i < 2; ++i) {
      Add(Call::kSigtimedwait, {Bits(both), Number(0)});
    }
  }
  // A thread that sleeps, and a signal that it handles.
  void Interrupt() {
    if (next_thread_ > kThreads) return;
    const int signal = OneOf({10, 12, kSigRtmin});
    Handle(signal);
    Add(Call::kSigprocmask, {Name(Word::kSigUnblock), Bits(MaskOf(signal))});
    Own().blocked &= ~MaskOf(signal);
    const int thread = next_thread_;
    if (OneIn(3)) {
      Add(Call::kPause, {}, next_thread_++);
    } else {
      UseThread();
    }
    if (next_thread_ == thread) return;
    Add(Call::kTgkill, {Number(thread), Number(signal)});
  }
  int BlockedSignal() {
    for (int i = 0; i < 4; ++i) {
      const int signal = Signal();
      const SignalMask safe = Own().blocked | Own().handled | MaskOf(17);
      if ((safe & MaskOf(signal)) != 0) return signal;
    }
    return OneIn(30) ? 15 : 17;
  }

  // What may sleep, in a thread that is free as far as is known here.
  void UseThread() {
    if (next_thread_ > kThreads) return;
    const int thread = next_thread_++;
    const int before = Steps();
    switch (Below(6)) {
      case 0:
        Poll(thread);
        break;
      case 1:
      case 2:
        Read(thread);
        break;
      case 3:
        if (const Live* live = Find({Made::kEventfd})) {
          Add(Call::kWrite8,
              {Fd(live->fd), Number(OneOf<std::int64_t>({1, -2}))}, thread);
        }
        break;
      default:
        Wait(thread);
    }
    if (Steps() == before) --next_thread_;
  }

  // One of it may sleep; what it is told to do then is not done.
  void UseProcess() {
    if (processes_.empty() || OneIn(12)) Fork();
    if (processes_.empty()) return;
    const int process = processes_[static_cast<std::size_t>(
        Below(static_cast<int>(processes_.size())))];
    actor_ = process;
    switch (Below(12)) {
      case 0:
        Add(Call::kExit, {Number(Below(256))});
        std::erase(processes_, process);
        for (Live& live : live_) live.open_in &= ~(1U << process);
        break;
      case 1:
        OneIn(2) ? Read(process) : Wait(process);
        break;
      case 2:
        Close();
        break;
      case 3:
        // As it was forked, for the first time.
        OneIn(2) ? Add(Call::kSigpending, {})
                 : Add(Call::kSigprocmask,
                       {Name(Word::kSigBlock), Bits(MaskOf(12))});
        if (program_.steps.back().call == Call::kSigprocmask) {
          Own().blocked |= MaskOf(12);
        }
        break;
      default:
        Part();
    }
    actor_ = 0;
  }
  void Fork() {
    if (next_thread_ > kThreads) return;
    const int process = next_thread_++;
    Add(Call::kFork, {Number(process)});
    processes_.push_back(process);
    masks_[static_cast<std::size_t>(process)] = masks_[0];
    for (Live& live : live_) {
      if (IsOpen(live)) live.open_in |= 1U << process;
    }
  }

  void Next() {
    if (forks_ && OneIn(4)) return UseProcess();
    Part();
    if (OneIn(400)) Add(Call::kSetrlimit, {Number(3 + Below(12))});
  }
  void Part() {
    const int before = Steps();
    const int choice = Below(32);
    if (choice < 6) {
      Wait();
    } else if (choice < 9) {
      Write_();
    } else if (choice < 12) {
      Read();
    } else if (choice < 15) {
      Watch();
    } else if (choice < 17) {
      Make();
    } else if (choice < 19) {
      if (duplicates_) {
        const int which = Below(8);
        which == 0 ? CloseWatched() : which == 1 ? CloseRow() : Duplicate();
      }
    } else if (choice < 20) {
      Close();
    } else if (choice < 21) {
      Fcntl();
    } else if (choice < 23) {
      OneIn(3) ? Select() : Poll();
    } else if (choice < 25) {
      if (timers_) UseTimer();
    } else if (choice < 28) {
      if (signals_) UseSignal();
    } else if (choice < 30) {
      if (threads_ && actor_ == 0) UseThread();
    } else {
      UseSocket();
    }
    if (Steps() == before) Wait();
    if (Steps() == before) MakeEpoll();
  }

  rc::Random random_;
  const Mix mix_;
  const int wanted_;
  Program program_;
  std::vector<Live> live_;
  std::vector<std::pair<FdRef, FdRef>> watched_;
  std::vector<Pair> pairs_;
  bool threads_ = false;
  bool timers_ = false;
  bool signals_ = false;
  bool duplicates_ = false;
  bool forks_ = false;
  int next_thread_ = 1;
  // Of the main thread and of each process.
  std::array<Masks, kThreads + 1> masks_{};
  std::vector<int> processes_;
  // Whose steps are written: a process, or 0.
  int actor_ = 0;
};

}  // namespace

Traits TraitsOf(const Program& program) {
  Traits traits;
  int epolls = 0;
  unsigned processes = 0;
  for (const Step& step : program.steps) {
    if (step.call == Call::kFork) processes |= 1U << step[0].number;
    traits.threads = traits.threads || (step.thread != 0 &&
                                        ((processes >> step.thread) & 1) == 0);
    switch (step.call) {
      case Call::kTimerfdSettime:
        traits.timers = traits.timers || step[2].number > 0;
        break;
      case Call::kKill:
      case Call::kTgkill:
      case Call::kSigqueue:
        traits.signals = true;
        break;
      case Call::kDup:
      case Call::kDup2:
      case Call::kDup3:
        traits.duplicates = true;
        break;
      case Call::kFcntl:
        traits.duplicates = traits.duplicates || step[1].word == Word::kDupfd ||
                            step[1].word == Word::kDupfdCloexec;
        break;
      case Call::kEpollCreate1:
        ++epolls;
        break;
      default:
        break;
    }
  }
  traits.duplicates = traits.duplicates || epolls > 1;
  return traits;
}

rc::Gen<Program> Programs(int steps, Mix mix) {
  return rc::Gen<Program>([=](const rc::Random& random, int) {
    // What is smaller is found by running it: see the shrinker.
    return rc::shrinkable::just(Writer(random, steps, mix).Write());
  });
}

Program GenerateProgram(std::uint64_t seed, std::uint64_t index, int steps,
                        Mix mix) {
  const rc::Random random(seed ^ (index * 0x9e3779b97f4a7c15));
  Program program = Programs(steps, mix)(random, rc::kNominalSize).value();
  program.name = std::to_string(index);
  return program;
}

}  // namespace plumbline::semantics
